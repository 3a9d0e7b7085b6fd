// SPDX-License-Identifier: Apache-2.0
#include "devices/devices.h"

#include "runtime/vulkan/vulkan.h"
#include "support/check.h"

namespace tinsmith::devices {

using runtime::DeviceKind;

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options) {
  switch (options.kind) {
    case DeviceKind::Cpu:
      return Failure{"the cpu device is not part of this build; vulkan is", Blame::World};
    case DeviceKind::Vulkan: return runtime::vulkan::open(options);
  }
  TS_UNREACHABLE("unknown device kind");
}

std::vector<runtime::DeviceInfo> list() { return runtime::vulkan::list(); }

}  // namespace tinsmith::devices
