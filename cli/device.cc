// SPDX-License-Identifier: Apache-2.0
#include "cli/device.h"

namespace tinsmith::cli {

Result<runtime::DeviceOptions> parse_device(const std::string& text) {
  size_t colon = text.find(':');
  std::string kind = text.substr(0, colon);
  if (kind == "cpu" || kind == "metal") {
    return Failure{"--device " + kind + " comes with the Metal library writer; vulkan is here"};
  }
  if (kind != "vulkan") return Failure{"--device " + kind + ": there is vulkan"};
  runtime::DeviceOptions options;
  if (colon != std::string::npos) options.name = text.substr(colon + 1);
  return options;
}

}  // namespace tinsmith::cli
