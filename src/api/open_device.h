// SPDX-License-Identifier: Apache-2.0
// The seam between the C API and the devices that a build has. One of these files is linked:
// open_device_all.cc (CMake: cpu and Vulkan), open_device_app.cc (SwiftPM: Metal on Apple's
// systems), tests/apple/metal/open_device_fake.cc.
#pragma once
#include <memory>
#include <string>

#include "api/include/tinsmith.h"
#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::api {

// `name` as tin_device_open() takes it, "" for the build's own choice. Checks what in the options
// concerns the device.
Result<std::shared_ptr<runtime::Device>> open_device(const std::string& name,
                                                     const tin_device_options& options);

}  // namespace tinsmith::api
