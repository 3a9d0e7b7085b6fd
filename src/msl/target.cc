// SPDX-License-Identifier: Apache-2.0
// Operating systems and the newest Metal language that each accepts at its first release. Text for
// an older system runs on every newer one.
#include "msl/msl.h"

namespace tinsmith::msl {

namespace {

struct Release {
  Platform platform;
  const char* prefix;
  uint32_t os, msl_major, msl_minor;
};

// Version 26 accepts Metal 4.0 too, but 3.2 is the newest whose rules we and SPIRV-Cross know, and
// it takes that as well: the manifest says what the text is.
constexpr Release kReleases[] = {
    {Platform::Ios, "ios", 16, 3, 0},
    {Platform::Ios, "ios", 17, 3, 1},
    {Platform::Ios, "ios", 18, 3, 2},
    {Platform::Ios, "ios", 26, 3, 2},
    {Platform::IosSimulator, "ios-sim", 16, 3, 0},
    {Platform::IosSimulator, "ios-sim", 17, 3, 1},
    {Platform::IosSimulator, "ios-sim", 18, 3, 2},
    {Platform::IosSimulator, "ios-sim", 26, 3, 2},
    {Platform::Macos, "macos", 13, 3, 0},
    {Platform::Macos, "macos", 14, 3, 1},
    {Platform::Macos, "macos", 15, 3, 2},
    {Platform::Macos, "macos", 26, 3, 2},
};

std::vector<Target> make_targets() {
  std::vector<Target> all;
  for (const Release& r : kReleases) {
    all.push_back({r.prefix + std::to_string(r.os), r.platform, r.os, r.msl_major, r.msl_minor});
  }
  return all;
}

}  // namespace

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

std::string_view name(Numbering numbering) {
  return numbering == Numbering::Binding ? "binding" : "auto";
}

}  // namespace tinsmith::msl
