// SPDX-License-Identifier: Apache-2.0
// The choice among kinds of devices.
#include "runtime/backend.h"
#include "support/check.h"

namespace tinsmith::runtime {

Result<std::shared_ptr<Device>> Device::open(const DeviceOptions& options) {
  switch (options.kind) {
    case DeviceKind::Vulkan: return open_vulkan(options);
  }
  TS_UNREACHABLE("unknown device kind");
}

std::vector<DeviceInfo> Device::list() { return list_vulkan(); }

}  // namespace tinsmith::runtime
