// SPDX-License-Identifier: Apache-2.0
// Vulkan devices: SPIR-V tasks as compute pipelines. What the rest of the program sees of this
// folder.
#pragma once
#include <memory>
#include <vector>

#include "runtime/runtime.h"

namespace tinsmith::runtime::vulkan {

Result<std::shared_ptr<Device>> open(const DeviceOptions& options);
std::vector<DeviceInfo> list();  // those that could be opened, the preferred first

}  // namespace tinsmith::runtime::vulkan
