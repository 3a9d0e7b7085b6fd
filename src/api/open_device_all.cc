// SPDX-License-Identifier: Apache-2.0
// The devices of a build by CMake on Linux.
#include "api/open_device.h"
#include "devices/devices.h"

namespace tinsmith::api {

Result<std::shared_ptr<runtime::Device>> open_device(const std::string& name,
                                                     const tin_device_options& options) {
  TS_TRY_ASSIGN(wanted, devices::options_from_text(name.empty() ? "cpu" : name));
  if (options.debug != nullptr) {
    TS_TRY_ASSIGN(debug, devices::debug_from_text(options.debug));
    wanted.debug = debug;
  }
  wanted.threads = options.threads;
  if (options.cache_folder != nullptr) wanted.cache = options.cache_folder;
  wanted.validation = options.validation;
  wanted.timing = true;
  return devices::open(wanted);
}

}  // namespace tinsmith::api
