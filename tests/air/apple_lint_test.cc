// SPDX-License-Identifier: Apache-2.0
// The lint and the witness table against modules that Apple's compiler wrote: it must find no
// error in any of them, and our declarations must be theirs.
#include <gtest/gtest.h>
#include <llvm/IR/Module.h>

#include "air/lint.h"
#include "air/read_module.h"
#include "air/witness.h"
#include "metallib/metallib.h"
#include "support/files.h"
#include "tests/metallib/apple_libraries.h"

namespace tinsmith::air {
namespace {

// Some hundred functions of a library, spread over it.
metallib::Library sample_of(const metallib::Library& library) {
  metallib::Library sample = library;
  sample.functions.clear();
  size_t step = library.functions.size() / 400 + 1;
  for (size_t i = 0; i < library.functions.size(); i += step) {
    sample.functions.push_back(library.functions[i]);
  }
  return sample;
}

std::vector<metallib::Library> samples() {
  std::vector<metallib::Library> all;
  for (const std::filesystem::path& path : tests::apple_libraries()) {
    Result<std::vector<std::byte>> file = read_file(path);
    EXPECT_TRUE(file) << path;
    Result<metallib::Library> library = metallib::read(*file, path.string());
    EXPECT_TRUE(library) << path;
    all.push_back(sample_of(*library));
  }
  return all;
}

// Strings say how all functions of a module were compiled.
std::string text_of(const llvm::AttributeSet& attributes) {
  std::string text;
  for (const llvm::Attribute& attribute : attributes) {
    if (!attribute.isStringAttribute()) text += attribute.getAsString() + " ";
  }
  return text;
}

TEST(AppleLibraries, HaveNoErrorsForTheLint) {
  std::vector<metallib::Library> libraries = samples();
  if (libraries.empty()) GTEST_SKIP() << tests::kNoAppleLibraries;
  for (const metallib::Library& library : libraries) {
    Result<metallib::Bytes> bytes = metallib::write(library);
    ASSERT_TRUE(bytes) << bytes.failure().what;
    for (const Finding& finding : lint(*bytes, "sample")) {
      EXPECT_NE(finding.severity, Severity::Error)
          << finding.code << " " << finding.place << ": " << finding.message;
    }
  }
}

TEST(AppleLibraries, DeclareFunctionsAsWeDo) {
  std::vector<metallib::Library> libraries = samples();
  if (libraries.empty()) GTEST_SKIP() << tests::kNoAppleLibraries;
  size_t compared = 0;
  for (const metallib::Library& library : libraries) {
    for (const metallib::Function& function : library.functions) {
      Result<LoadedModule> loaded = read_module(function.blob, function.name);
      ASSERT_TRUE(loaded) << loaded.failure().what;
      for (const llvm::Function& fn : *loaded->module) {
        std::string name = fn.getName().str();
        if (!fn.isDeclaration() || !name.starts_with("air.")) continue;
        AirVersion version{function.air_major, function.air_minor};
        llvm::AttributeList ours =
            attributes_for(name, *fn.getFunctionType(), version, *loaded->context);
        EXPECT_EQ(text_of(ours.getFnAttrs()), text_of(fn.getAttributes().getFnAttrs()))
            << name << " in " << function.name;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100u);
}

}  // namespace
}  // namespace tinsmith::air
