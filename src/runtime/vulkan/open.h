// SPDX-License-Identifier: Apache-2.0
// The choice among the physical devices of a machine.
#pragma once
#include <memory>
#include <string_view>

#include "runtime/vulkan/features.h"
#include "runtime/vulkan/instance.h"

namespace tinsmith::runtime::vulkan {

// The best device whose name contains `name` (in any case of letters): discrete before integrated
// before the rest.
Result<std::unique_ptr<Abilities>> choose(const Instance& instance, std::string_view name);

}  // namespace tinsmith::runtime::vulkan
