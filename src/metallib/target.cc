// SPDX-License-Identifier: Apache-2.0
// The systems and their versions. A library for one system runs on all later ones of its platform.
#include "metallib/target.h"

namespace tinsmith::metallib {

namespace {

// What goes together for every platform of one year. The first release that has the versions:
// Metal's language follows the system, AIR the language, the container both.
struct Year {
  uint16_t ios, macos;
  uint16_t air_minor;
  uint16_t msl_major, msl_minor;
  uint16_t text_msl_major, text_msl_minor;
  uint16_t container_patch;
  const char* arch;  // `air64_v28` came with the tools of 2025; older systems do not know the name
};

// SPIRV-Cross knows the rules of Metal 3.2 at most; the systems of 2025 take such text too.
constexpr Year kYears[] = {
    {16, 13, 5, 3, 0, 3, 0, 7, "air64"},
    {17, 14, 6, 3, 1, 3, 1, 7, "air64"},
    {18, 15, 7, 3, 2, 3, 2, 8, "air64"},
    {26, 26, 8, 4, 0, 3, 2, 9, "air64_v28"},
};

struct Family {
  Platform platform;
  const char* prefix;
  const char* os;      // within the triple
  const char* suffix;  // of the triple
};

constexpr Family kFamilies[] = {
    {Platform::Ios, "ios", "ios", ""},
    {Platform::IosSimulator, "ios-sim", "ios", "-simulator"},
    {Platform::Macos, "macos", "macosx", ""},
};

Target make(const Family& family, const Year& year) {
  Target t;
  t.platform = family.platform;
  t.os = family.platform == Platform::Macos ? year.macos : year.ios;
  std::string os = std::to_string(t.os);
  t.name = family.prefix + os;
  t.air_major = 2;
  t.air_minor = year.air_minor;
  t.msl_major = year.msl_major;
  t.msl_minor = year.msl_minor;
  t.text_msl_major = year.text_msl_major;
  t.text_msl_minor = year.text_msl_minor;
  t.container = {1, 2, year.container_patch};
  t.triple = std::string(year.arch) + "-apple-" + family.os + os + ".0.0" + family.suffix;
  return t;
}

std::vector<Target> make_targets() {
  std::vector<Target> all;
  for (const Family& family : kFamilies) {
    for (const Year& year : kYears) all.push_back(make(family, year));
  }
  return all;
}

}  // namespace

std::string_view name(Platform platform) {
  switch (platform) {
    case Platform::Macos: return "macOS";
    case Platform::Ios: return "iOS";
    case Platform::Tvos: return "tvOS";
    case Platform::Watchos: return "watchOS";
    case Platform::BridgeOs: return "bridgeOS";
    case Platform::Catalyst: return "Mac Catalyst";
    case Platform::IosSimulator: return "iOS simulator";
    case Platform::TvosSimulator: return "tvOS simulator";
    case Platform::WatchosSimulator: return "watchOS simulator";
    case Platform::DriverKit: return "DriverKit";
    case Platform::Visionos: return "visionOS";
  }
  return "unknown platform";
}

const std::vector<Target>& targets() {
  static const std::vector<Target> all = make_targets();
  return all;
}

Result<Target> target_from_name(std::string_view name) {
  std::string known;
  for (const Target& target : targets()) {
    if (target.name == name) return target;
    known += (known.empty() ? "" : " ") + target.name;
  }
  return Failure{"unknown target '" + std::string(name) + "'; there are: " + known};
}

}  // namespace tinsmith::metallib
