// SPDX-License-Identifier: Apache-2.0
// Container reader and writer against files that Apple's tools wrote.
#include <gtest/gtest.h>

#include "metallib/metallib.h"
#include "support/files.h"
#include "tests/metallib/apple_libraries.h"

namespace tinsmith::metallib {
namespace {

// tools/fetch_apple_libraries gets them; they are not ours to ship.
TEST(AppleLibraries, AreReadAndRebuiltByteForByte) {
  std::vector<std::filesystem::path> libraries = tests::apple_libraries();
  if (libraries.empty()) GTEST_SKIP() << tests::kNoAppleLibraries;
  for (const std::filesystem::path& path : libraries) {
    Result<Bytes> file = read_file(path);
    ASSERT_TRUE(file) << file.failure().what;
    Result<Library> library = read(*file, path.string());
    ASSERT_TRUE(library) << library.failure().what;
    std::printf("%s: %zu functions\n", path.c_str(), library->functions.size());
    for (const Function& function : library->functions) {
      auto inside = bitcode(function.blob);
      ASSERT_TRUE(inside) << function.name << ": " << inside.failure().what;
      ASSERT_EQ(wrap(*inside), function.blob) << function.name;
    }
    Result<Bytes> again = write(*library);
    ASSERT_TRUE(again) << again.failure().what;
    EXPECT_TRUE(*again == *file) << path;
  }
}

}  // namespace
}  // namespace tinsmith::metallib
