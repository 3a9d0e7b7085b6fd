// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>

#include "msl/msl.h"
#include "support/json.h"
#include "support/sha256.h"

namespace tinsmith::msl {

namespace {

package::Package load(const std::string& name) {
  Result<package::Package> read =
      package::read(std::filesystem::path(TINSMITH_TEST_DATA) / "taichi" / name / "package");
  EXPECT_TRUE(read) << read.failure().what;
  return read ? *read : package::Package{};
}

std::vector<NamedFile> make(const package::Package& package, Naming naming = Naming::ByKernel) {
  Result<std::vector<NamedFile>> files =
      bundle(package, {*metallib::target_from_name("ios16"), Numbering::Binding}, naming);
  EXPECT_TRUE(files) << files.failure().what;
  return files ? *files : std::vector<NamedFile>{};
}

std::vector<std::string> names_of(const std::vector<NamedFile>& files) {
  std::vector<std::string> names;
  for (const NamedFile& file : files) names.push_back(file.name);
  return names;
}

// One kernel with one task, under several names.
package::Package with_kernels(const std::vector<std::string>& names) {
  package::Package package = load("a_square_grad");
  package::Kernel kernel = *package.kernel("fill_ramp");
  package.kernels.clear();
  for (const std::string& name : names) {
    kernel.name = name;
    package.kernels.push_back(kernel);
  }
  return package;
}

}  // namespace

TEST(Bundle, NamesFilesByKernelAndNumbersSeveralTasks) {
  package::Package package = with_kernels({"fill"});
  package::Kernel twice = package.kernels[0];
  twice.name = "both";
  twice.tasks.push_back(twice.tasks[0]);
  package.kernels.push_back(twice);
  EXPECT_EQ(names_of(make(package)), (std::vector<std::string>{"fill.metal", "both_t00.metal",
                                                               "both_t01.metal", "manifest.json"}));
}

TEST(Bundle, NamesFilesByTaskWhenAsked) {
  EXPECT_EQ(names_of(make(with_kernels({"fill"}), Naming::ByTask))[0],
            "fill_ramp_c80_0_0_t00.metal");
}

TEST(Bundle, KeepsFilesApartOnFileSystemsThatIgnoreCase) {
  EXPECT_EQ(names_of(make(with_kernels({"fill", "Fill", "../up", "scale|n=1,", "scale|n:1,"}))),
            (std::vector<std::string>{"fill.metal", "Fill_2.metal", "_.._up.metal",
                                      "scale_n_1_.metal", "scale_n_1__2.metal", "manifest.json"}));
}

TEST(Bundle, ManifestSaysHashEntryThreadsAndIndices) {
  std::vector<NamedFile> files = make(load("a_square_grad"));
  Result<Json> manifest = parse_json(as_text(files.back().bytes), "manifest.json");
  ASSERT_TRUE(manifest);
  EXPECT_EQ(*manifest->find("msl")->as_string(), "3.0");
  EXPECT_EQ(*manifest->find("numbering")->as_string(), "binding");
  const Json::Array& kernels = *manifest->find("kernels")->as_array();
  size_t at = 0;
  for (const Json& kernel : kernels) {
    for (const Json& task : *kernel.find("tasks")->as_array()) {
      ASSERT_LT(at, files.size());
      EXPECT_EQ(*task.find("file")->as_string(), files[at].name);
      EXPECT_EQ(*task.find("sha256")->as_string(), sha256_hex(files[at].bytes));
      EXPECT_EQ(*task.find("entry")->as_string(), "main0");
      EXPECT_GT(*task.find("threads")->as_int(), 0);
      const Json& buffer = task.find("buffers")->as_array()->front();
      EXPECT_EQ(*buffer.find("kind")->as_string(), "root");
      EXPECT_EQ(*buffer.find("index")->as_int(), 2);
      ++at;
    }
  }
  EXPECT_EQ(at + 1, files.size());
}

TEST(Bundle, NamesTheKernelThatMetalCannotRun) {
  Result<std::vector<NamedFile>> files =
      bundle(load("b_ndarray_wide"), {*metallib::target_from_name("ios16"), Numbering::Binding},
             Naming::ByKernel);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.failure().what.rfind("kernel root_f64: ", 0), 0u) << files.failure().what;
}

}  // namespace tinsmith::msl
