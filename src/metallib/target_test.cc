// SPDX-License-Identifier: Apache-2.0
#include "metallib/target.h"

#include <gtest/gtest.h>

namespace tinsmith::metallib {
namespace {

std::string row(const Target& t) {
  auto version = [](unsigned major, unsigned minor) {
    return std::to_string(major) + "." + std::to_string(minor);
  };
  return t.name + ": " + std::string(name(t.platform)) + " " + std::to_string(t.os) + ", AIR " +
         version(t.air_major, t.air_minor) + ", MSL " + version(t.msl_major, t.msl_minor) +
         ", text " + version(t.text_msl_major, t.text_msl_minor) + ", container " +
         version(t.container[0], t.container[1]) + "." + std::to_string(t.container[2]) + ", " +
         t.triple + "\n";
}

TEST(Target, TableOfSystems) {
  std::string all;
  for (const Target& t : targets()) all += row(t);
  EXPECT_EQ(all,
            R"(ios16: iOS 16, AIR 2.5, MSL 3.0, text 3.0, container 1.2.7, air64-apple-ios16.0.0
ios17: iOS 17, AIR 2.6, MSL 3.1, text 3.1, container 1.2.7, air64-apple-ios17.0.0
ios18: iOS 18, AIR 2.7, MSL 3.2, text 3.2, container 1.2.8, air64-apple-ios18.0.0
ios26: iOS 26, AIR 2.8, MSL 4.0, text 3.2, container 1.2.9, air64_v28-apple-ios26.0.0
ios-sim16: iOS simulator 16, AIR 2.5, MSL 3.0, text 3.0, container 1.2.7, air64-apple-ios16.0.0-simulator
ios-sim17: iOS simulator 17, AIR 2.6, MSL 3.1, text 3.1, container 1.2.7, air64-apple-ios17.0.0-simulator
ios-sim18: iOS simulator 18, AIR 2.7, MSL 3.2, text 3.2, container 1.2.8, air64-apple-ios18.0.0-simulator
ios-sim26: iOS simulator 26, AIR 2.8, MSL 4.0, text 3.2, container 1.2.9, air64_v28-apple-ios26.0.0-simulator
macos13: macOS 13, AIR 2.5, MSL 3.0, text 3.0, container 1.2.7, air64-apple-macosx13.0.0
macos14: macOS 14, AIR 2.6, MSL 3.1, text 3.1, container 1.2.7, air64-apple-macosx14.0.0
macos15: macOS 15, AIR 2.7, MSL 3.2, text 3.2, container 1.2.8, air64-apple-macosx15.0.0
macos26: macOS 26, AIR 2.8, MSL 4.0, text 3.2, container 1.2.9, air64_v28-apple-macosx26.0.0
)");
}

TEST(Target, UnknownNameListsThoseThereAre) {
  Result<Target> found = target_from_name("ios15");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().what,
            "unknown target 'ios15'; there are: ios16 ios17 ios18 ios26 ios-sim16 ios-sim17 "
            "ios-sim18 ios-sim26 macos13 macos14 macos15 macos26");
}

}  // namespace
}  // namespace tinsmith::metallib
