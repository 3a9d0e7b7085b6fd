// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "bundle/bundle.h"

namespace tinsmith::bundle {

namespace {

// Kernels of so many tasks, all different.
package::Package with_kernels(const std::vector<std::pair<std::string, size_t>>& kernels) {
  package::Package package;
  uint32_t word = 0;
  for (const auto& [name, tasks] : kernels) {
    package::Kernel& kernel = package.kernels.emplace_back();
    kernel.name = name;
    for (size_t i = 0; i < tasks; ++i) {
      package::Task& task = kernel.tasks.emplace_back();
      task.name = name + "_c80_0_" + std::to_string(i) + "_t0" + std::to_string(i);
      task.spirv = {++word};
    }
  }
  return package;
}

std::vector<std::string> stems(const package::Package& package, const Naming& naming) {
  std::vector<std::string> out;
  for (const TaskNames& names : name_tasks(package, naming)) out.push_back(names.stem);
  return out;
}

std::vector<std::string> functions(const package::Package& package) {
  std::vector<std::string> out;
  for (const TaskNames& names : name_tasks(package, {"all"})) out.push_back(names.function);
  return out;
}

using Texts = std::vector<std::string>;
const Naming kPerTask{std::nullopt};

}  // namespace

TEST(BundleNames, FollowKernelsAndNumberSeveralTasks) {
  package::Package package = with_kernels({{"fill", 1}, {"both", 2}});
  EXPECT_EQ(stems(package, {"all"}), (Texts{"fill", "both_t00", "both_t01"}));
  EXPECT_EQ(functions(package), (Texts{"fill", "both_t00", "both_t01"}));
  EXPECT_EQ(name_tasks(package, {"all"})[2].library, "all.metallib");
}

TEST(BundleNames, FollowTasksWhenEachHasALibrary) {
  package::Package package = with_kernels({{"both", 2}});
  EXPECT_EQ(stems(package, kPerTask), (Texts{"both_c80_0_0_t00", "both_c80_0_1_t01"}));
  TaskNames names = name_tasks(package, kPerTask)[1];
  EXPECT_EQ(names.library, "both_c80_0_1_t01.metallib");
  EXPECT_EQ(names.function, "main0");
}

TEST(BundleNames, KeepFilesApartOnFileSystemsThatIgnoreCase) {
  package::Package package =
      with_kernels({{"fill", 1}, {"Fill", 1}, {"../up", 1}, {"scale|n=1,", 1}, {"scale|n:1,", 1}});
  EXPECT_EQ(stems(package, {"all"}),
            (Texts{"fill", "Fill_2", "_.._up", "scale_n_1_", "scale_n_1__2"}));
}

TEST(BundleNames, FunctionsAreIdentifiersOfMetal) {
  package::Package package =
      with_kernels({{"main", 1}, {"a.b", 1}, {"a-b", 1}, {"1st", 1}, {"", 1}, {"A_b", 1}});
  EXPECT_EQ(functions(package), (Texts{"main_2", "a_b", "a_b_2", "_1st", "_", "A_b"}));
}

TEST(BundleNames, ATaskOfTwoKernelsIsWrittenOnce) {
  package::Package package = with_kernels({{"add", 2}});
  package.kernels.push_back(package.kernels[0]);
  package.kernels[0].name = "add_c80_0";
  for (const Naming& naming : {Naming{"all"}, kPerTask}) {
    std::vector<TaskNames> names = name_tasks(package, naming);
    ASSERT_EQ(names.size(), 4u);
    EXPECT_EQ(names[2].first, 0u);
    EXPECT_EQ(names[3].first, 1u);
    EXPECT_EQ(names[3].stem, names[1].stem);
    EXPECT_EQ(names[3].function, names[1].function);
    EXPECT_EQ(names[3].function, naming.single ? "add_t01" : "main0");
  }
}

TEST(BundleNames, TasksThatShareANameAloneStayApart) {
  package::Package package = with_kernels({{"add", 1}});
  package.kernels.push_back(package.kernels[0]);
  package.kernels[1].name = "other";
  package.kernels[1].tasks[0].spirv = {77};
  std::vector<TaskNames> names = name_tasks(package, kPerTask);
  EXPECT_EQ(names[1].first, 1u);
  EXPECT_NE(names[1].library, names[0].library);
}

}  // namespace tinsmith::bundle
