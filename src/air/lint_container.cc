// SPDX-License-Identifier: Apache-2.0
// What the library says of itself against what its system is known to take. A loader refuses a
// language or AIR version newer than the system; older ones it accepts and upgrades.
#include <algorithm>
#include <optional>

#include "air/lint_report.h"

namespace tinsmith::air {

namespace {

using metallib::Platform;

// One year of systems and the newest versions that they know. metallib::targets() has those that
// can be written; libraries of others are read too.
struct Year {
  unsigned ios, macos, air, msl_major, msl_minor, container;
};

constexpr Year kYears[] = {
    {13, 10, 2, 2, 2, 4}, {14, 11, 3, 2, 3, 5}, {15, 12, 4, 2, 4, 6}, {16, 13, 5, 3, 0, 7},
    {17, 14, 6, 3, 1, 7}, {18, 15, 7, 3, 2, 8}, {26, 26, 8, 4, 0, 9}, {27, 27, 9, 4, 1, 9},
};

const Year* year_of(const metallib::Library& library) {
  unsigned os = library.os_major;
  switch (library.platform) {
    case Platform::Macos:
    case Platform::DriverKit: {
      auto year = std::ranges::find(kYears, os, &Year::macos);
      return year == std::end(kYears) ? nullptr : year;
    }
    case Platform::Ios:
    case Platform::IosSimulator:
    case Platform::Tvos:
    case Platform::TvosSimulator:
    case Platform::Catalyst: {
      auto year = std::ranges::find(kYears, os, &Year::ios);
      return year == std::end(kYears) ? nullptr : year;
    }
    case Platform::Watchos:
    case Platform::WatchosSimulator:
    case Platform::BridgeOs:
    case Platform::Visionos: return nullptr;
  }
  return nullptr;
}

std::string system_text(const metallib::Library& library) {
  return std::string(metallib::name(library.platform)) + " " + std::to_string(library.os_major);
}

std::string dotted(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

void versions(const metallib::Library& library, const Year& year, Report& report) {
  auto [major, minor, patch] = library.container;
  std::string system = system_text(library);
  if (std::array{major, minor, patch} > std::array<uint16_t, 3>{1, 2, uint16_t(year.container)}) {
    report.add(LintCode::ContainerTooNew, "", "header",
               "container " + dotted(major, minor) + "." + std::to_string(patch) + " came after " +
                   system + ", whose own is 1.2." + std::to_string(year.container),
               "write it for that system, or raise the system version");
  }
  for (const metallib::Function& fn : library.functions) {
    std::string place = "function '" + fn.name + "', VERS";
    if (std::pair(unsigned{fn.air_major}, unsigned{fn.air_minor}) > std::pair(2u, year.air)) {
      report.add(LintCode::AirTooNew, place, place,
                 "AIR " + dotted(fn.air_major, fn.air_minor) + " is newer than " + system +
                     ", which knows 2." + std::to_string(year.air),
                 "compile it for that system, or raise the system version");
    }
    if (std::pair(unsigned{fn.msl_major}, unsigned{fn.msl_minor}) >
        std::pair(year.msl_major, year.msl_minor)) {
      report.add(LintCode::LanguageTooNew, place, place,
                 "Metal " + dotted(fn.msl_major, fn.msl_minor) + " is newer than " + system +
                     ", which knows " + dotted(year.msl_major, year.msl_minor),
                 "compile it for that system, or raise the system version");
    }
  }
}

}  // namespace

void lint_container(const metallib::Library& library, Report& report) {
  if (library.functions.empty()) {
    report.add(LintCode::NoFunctions, "", "function list", "the library has no functions");
  }
  if (const Year* year = year_of(library)) {
    versions(library, *year, report);
  } else {
    report.add(
        LintCode::UnknownSystem, "", "header",
        "the lint knows nothing of " + system_text(library) + ": its versions are not judged");
  }
}

}  // namespace tinsmith::air
