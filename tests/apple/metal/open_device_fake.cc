// SPDX-License-Identifier: Apache-2.0
// The seam of the C API for tests: what opens devices in an app on a phone, with the fake Metal
// behind it, and beside it the devices of this machine.
#include "api/open_device.h"
#include "devices/devices.h"
#include "runtime/metal/metal.h"

namespace tinsmith::api {

Result<std::shared_ptr<runtime::Device>> open_device(const std::string& name,
                                                     const tin_device_options& options) {
  if (name.empty() || name == "metal") {
    runtime::DeviceOptions wanted;
    wanted.kind = runtime::DeviceKind::Metal;
    return runtime::metal::open(wanted);
  }
  TS_TRY_ASSIGN(wanted, devices::options_from_text(name));
  wanted.threads = options.threads;
  if (options.debug != nullptr) {
    TS_TRY_ASSIGN(debug, devices::debug_from_text(options.debug));
    wanted.debug = debug;
  }
  if (options.cache_folder != nullptr) wanted.cache = options.cache_folder;
  return devices::open(wanted);
}

}  // namespace tinsmith::api
