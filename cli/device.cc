// SPDX-License-Identifier: Apache-2.0
#include "cli/device.h"

namespace tinsmith::cli {

Result<runtime::DeviceOptions> parse_device(const std::string& text) {
  const size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  runtime::DeviceOptions options;
  if (kind != "cpu" && kind != "vulkan")
    return Failure{"--device " + kind + ": there are cpu and vulkan"};
  options.kind = kind == "cpu" ? runtime::DeviceKind::Cpu : runtime::DeviceKind::Vulkan;
  if (colon != std::string::npos) options.name = text.substr(colon + 1);
  options.cache = cpu::cache_folder(std::getenv);
  return options;
}

}  // namespace tinsmith::cli
