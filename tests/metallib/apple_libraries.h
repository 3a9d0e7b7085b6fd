// SPDX-License-Identifier: Apache-2.0
// Metal libraries that Apple's compiler made, for tests which are skipped where there are none:
// *.metallib anywhere under the folder of TINSMITH_APPLE_LIBRARIES, else under apple/ of the build
// folder, where `tools/fetch_apple_libraries` puts them.
#pragma once
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace tinsmith::tests {

inline constexpr const char* kNoAppleLibraries =
    "no library of Apple's compiler is here; tools/fetch_apple_libraries gets one";

inline std::vector<std::filesystem::path> apple_libraries() {
  namespace fs = std::filesystem;
  const char* given = std::getenv("TINSMITH_APPLE_LIBRARIES");
  fs::path folder = given != nullptr ? given : TINSMITH_APPLE_LIBRARIES;
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none)) {
    if (entry.path().extension() == ".metallib") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace tinsmith::tests
