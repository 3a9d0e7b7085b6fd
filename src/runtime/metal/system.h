// SPDX-License-Identifier: Apache-2.0
// What device and system this is; for the Objective-C++ files of this folder alone.
#pragma once
#include "runtime/metal/objc.h"
#include "runtime/runtime.h"

namespace tinsmith::runtime::metal {

DeviceInfo describe_device(id<MTLDevice> device);

}  // namespace tinsmith::runtime::metal
