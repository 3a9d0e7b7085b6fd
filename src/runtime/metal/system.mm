// SPDX-License-Identifier: Apache-2.0
#include "runtime/metal/system.h"

#include <TargetConditionals.h>

namespace tinsmith::runtime::metal {

namespace {

// In the words of metallib::name(Platform).
std::string platform() {
#if TARGET_OS_SIMULATOR
  return "iOS simulator";
#elif TARGET_OS_IOS
  return "iOS";
#elif TARGET_OS_OSX
  return "macOS";
#else  // the stand-in on Linux says what it stands for
  return ts_stand_in_platform();
#endif
}

std::string version(NSOperatingSystemVersion system) {
  std::string text =
      std::to_string(system.majorVersion) + "." + std::to_string(system.minorVersion);
  if (system.patchVersion != 0) text += "." + std::to_string(system.patchVersion);
  return text;
}

// "Apple 7", "Mac 2", or nothing that is known here.
std::string newest_family(id<MTLDevice> device) {
  constexpr long kMostApple = 1010;  // Apple 10; older SDKs do not name it
  for (long family = kMostApple; family >= MTLGPUFamilyApple1; --family)
    if ([device supportsFamily:static_cast<MTLGPUFamily>(family)])
      return ", Apple " + std::to_string(family - MTLGPUFamilyApple1 + 1);
  if ([device supportsFamily:MTLGPUFamilyMac2]) return ", Mac 2";
  return "";
}

// Metal's tables give atomic addition of f32 to Apple 7 (A14, M1), Mac 2 and Metal 3; the
// simulator has none, whatever it runs on.
bool adds_floats_atomically(id<MTLDevice> device, const std::string& platform) {
  if (platform == "iOS simulator") return false;
  return [device supportsFamily:MTLGPUFamilyApple7] || [device supportsFamily:MTLGPUFamilyMac2] ||
         [device supportsFamily:MTLGPUFamilyMetal3];
}

}  // namespace

DeviceInfo describe_device(id<MTLDevice> device) {
  const NSOperatingSystemVersion system = NSProcessInfo.processInfo.operatingSystemVersion;
  DeviceInfo info;
  info.name = text(device.name);
  info.platform = platform();
  info.os_major = static_cast<uint16_t>(system.majorVersion);
  info.driver = info.platform + " " + version(system) + newest_family(device);
  info.native_float_atomics = adds_floats_atomically(device, info.platform);
  info.features = {"Float16", "Int16", "Int64", "Int8"};
  if (info.native_float_atomics) info.features.insert(info.features.begin(), "AtomicFloat32AddEXT");
  info.is_gpu = true;
  return info;
}

}  // namespace tinsmith::runtime::metal
