// SPDX-License-Identifier: Apache-2.0
#include "devices/devices.h"

#include "cpu/device.h"
#include "runtime/vulkan/vulkan.h"
#include "support/check.h"

namespace tinsmith::devices {

using runtime::DeviceKind;

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options) {
  switch (options.kind) {
    case DeviceKind::Cpu: return cpu::open(options);
    case DeviceKind::Vulkan: return runtime::vulkan::open(options);
  }
  TS_UNREACHABLE("unknown device kind");
}

std::vector<runtime::DeviceInfo> list() {
  std::vector<runtime::DeviceInfo> all = runtime::vulkan::list();
  all.insert(all.begin(), cpu::describe_device());
  return all;
}

}  // namespace tinsmith::devices
