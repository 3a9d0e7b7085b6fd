// SPDX-License-Identifier: Apache-2.0
// The devices of a build by SwiftPM: Metal on Apple's systems. Elsewhere there is none, and what
// needs no device (reading bundles) works all the same.
#include "api/open_device.h"
#if defined(__APPLE__)
#include "runtime/metal/metal.h"
#endif

namespace tinsmith::api {

Result<std::shared_ptr<runtime::Device>> open_device(const std::string& name,
                                                     const tin_device_options& options) {
#if defined(__APPLE__)
  static_cast<void>(options);  // cpu and Vulkan alone have some
  if (!name.empty() && name != "metal")
    return Failure{"device '" + name + "': this build has metal"};
  runtime::DeviceOptions wanted;
  wanted.kind = runtime::DeviceKind::Metal;
  return runtime::metal::open(wanted);
#else
  static_cast<void>(options);
  return Failure{"device '" + (name.empty() ? std::string("metal") : name) +
                     "': there is no device in this build; link libtinsmith of the CMake build, "
                     "which has cpu and vulkan",
                 Blame::World};
#endif
}

}  // namespace tinsmith::api
