// SPDX-License-Identifier: Apache-2.0
// The Metal device, as C++ sees it. README.md tells how a launch becomes calls of Metal.
#pragma once
#include <memory>

#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::runtime::metal {

// The system's default device. `options.name`, where it is given, must be part of its name.
Result<std::shared_ptr<Device>> open(const DeviceOptions& options);

}  // namespace tinsmith::runtime::metal
