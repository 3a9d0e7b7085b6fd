// SPDX-License-Identifier: Apache-2.0
// What --device means, to every subcommand that runs kernels.
#pragma once
#include <string>

#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::cli {

// "vulkan", or "vulkan:part of its name".
Result<runtime::DeviceOptions> parse_device(const std::string& text);

}  // namespace tinsmith::cli
