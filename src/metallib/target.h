// SPDX-License-Identifier: Apache-2.0
// The operating systems that a library can be made for: one row each, and all versions that follow
// from the choice. Everything that depends on a version asks this table.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace tinsmith::metallib {

enum class Platform : uint8_t {  // the low 7 bits of byte 11 of the header
  Macos = 1,
  Ios = 2,
  Tvos = 3,
  Watchos = 4,
  BridgeOs = 5,
  Catalyst = 6,
  IosSimulator = 7,
  TvosSimulator = 8,
  WatchosSimulator = 9,
  DriverKit = 10,
  Visionos = 11
};
std::string_view name(Platform platform);  // "macOS", "iOS", "iOS simulator", …

// The oldest system that accepts what is made for it; newer ones do too.
struct Target {
  std::string name;  // "ios16", "ios-sim16", "macos13"
  Platform platform = Platform::Ios;
  uint16_t os = 16;                                 // major version
  uint16_t air_major = 2, air_minor = 5;            // AIR version
  uint16_t msl_major = 3, msl_minor = 0;            // Metal language version written into libraries
  uint16_t text_msl_major = 3, text_msl_minor = 0;  // newest that SPIRV-Cross writes for it
  std::array<uint16_t, 3> container = {1, 2, 7};
  std::string triple;  // "air64-apple-ios16.0.0"
};

const std::vector<Target>& targets();
// Fails with the list of those there are.
Result<Target> target_from_name(std::string_view name);

}  // namespace tinsmith::metallib
