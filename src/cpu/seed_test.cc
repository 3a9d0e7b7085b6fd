// SPDX-License-Identifier: Apache-2.0
#include "cpu/seed.h"

#include <gtest/gtest.h>

#include "package/testing.h"

namespace tinsmith::cpu {
namespace {

TEST(Seed, TheStoreOfAGenuineTaskIsFound) {
  const auto package = package::testing::genuine("f_random");
  const package::Task& draw = package.kernels[0].tasks[0];
  const auto bound = std::ranges::find(draw.buffers, package::BufferType::GlobalTmps,
                                       &package::BufferBinding::type);
  ASSERT_NE(bound, draw.buffers.end());
  auto words = draw.spirv;
  EXPECT_FALSE(remove_seed_stores(words, bound->binding + 17));
  EXPECT_EQ(words, draw.spirv);
  EXPECT_TRUE(remove_seed_stores(words, bound->binding));
  EXPECT_EQ(words.size() + 3, draw.spirv.size());  // one OpStore
  EXPECT_FALSE(remove_seed_stores(words, bound->binding));
}

TEST(Seed, TasksThatDoNotDrawStayAsTheyAre) {
  for (const package::Kernel& kernel : package::testing::genuine("d_tasks").kernels)
    for (const package::Task& task : kernel.tasks)
      for (const package::BufferBinding& bound : task.buffers) {
        auto words = task.spirv;
        EXPECT_FALSE(remove_seed_stores(words, bound.binding));
        EXPECT_EQ(words, task.spirv);
      }
}

}  // namespace
}  // namespace tinsmith::cpu
