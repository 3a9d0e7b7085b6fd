// SPDX-License-Identifier: Apache-2.0
// The cpu device's compiler against kernels that Apple's compiler made. What they compute is
// compared with NumPy by kernels.py beside this.
#include <gtest/gtest.h>

#include "cpu/cpu.h"
#include "metallib/metallib.h"
#include "support/files.h"
#include "tests/metallib/apple_libraries.h"

namespace tinsmith::cpu {
namespace {

constexpr size_t kSample = 100;  // kernels of each library, evenly spread over its families

std::string compile_failure(const metallib::Function& function) {
  Source source;
  source.air = function.blob;
  source.entry = function.name;
  for (const metallib::FunctionConstant& constant : function.constants) {
    source.constants.push_back({constant.index, 1});
  }
  auto code = compile(source, {});
  return code ? "" : code.failure().what;
}

TEST(AppleLibraries, CompileForThisMachine) {
  auto libraries = tests::apple_libraries();
  if (libraries.empty()) GTEST_SKIP() << tests::kNoAppleLibraries;
  for (const std::filesystem::path& path : libraries) {
    auto file = read_file(path);
    ASSERT_TRUE(file) << file.failure().what;
    auto library = metallib::read(*file, path.string());
    ASSERT_TRUE(library) << library.failure().what;
    size_t step = std::max<size_t>(library->functions.size() / kSample, 1);
    for (size_t i = 0; i < library->functions.size(); i += step) {
      const metallib::Function& function = library->functions[i];
      // Later ones have bfloat16 and tensors.
      bool known = function.air_major == 2 && function.air_minor <= 5;
      if (!known || function.type != metallib::FunctionType::Kernel) continue;
      EXPECT_EQ(compile_failure(function), "");
    }
  }
}

}  // namespace
}  // namespace tinsmith::cpu
