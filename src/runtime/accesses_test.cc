// SPDX-License-Identifier: Apache-2.0
#include "runtime/accesses.h"

#include <gtest/gtest.h>

#include <initializer_list>

#include "package/testing.h"

namespace tinsmith::runtime {
namespace {

// A module of hand-made instructions: buffer variables 10, 11, … have bindings 0, 1, …
class Words {
 public:
  explicit Words(uint32_t buffers) : words_{0x07230203, 0x10300, 0, 100, 0} {
    for (uint32_t i = 0; i < buffers; ++i) add(71, {10 + i, 33, i});
    for (uint32_t i = 0; i < buffers; ++i) add(59, {2, 10 + i, 12});
  }
  Words& add(uint32_t opcode, std::initializer_list<uint32_t> operands) {
    words_.push_back(static_cast<uint32_t>(operands.size() + 1) << 16 | opcode);
    words_.insert(words_.end(), operands);
    return *this;
  }
  ModuleUse use() const { return find_accesses(words_); }
  // "0:r 1:rw 2:-"
  std::string accesses() const {
    std::string text;
    for (const Access& access : find_accesses(words_).accesses) {
      text += (text.empty() ? "" : " ") + std::to_string(access.binding) + ":";
      text += access.reads ? "r" : "";
      text += access.writes ? "w" : "";
      text += access.reads || access.writes ? "" : "-";
    }
    return text;
  }

 private:
  package::SpirvWords words_;
};

constexpr uint32_t kLoad = 61, kStore = 62, kAccessChain = 65, kAtomicAdd = 234, kCall = 57,
                   kSelect = 169, kArrayLength = 68, kConstant = 43, kBarrier = 224;

TEST(Accesses, LoadReadsAndStoreWritesThroughAccessChains) {
  Words words(3);
  words.add(kAccessChain, {3, 20, 10, 4}).add(kLoad, {1, 21, 20});
  words.add(kAccessChain, {3, 22, 11, 4}).add(kAccessChain, {3, 23, 22, 4}).add(kStore, {23, 21});
  EXPECT_EQ(words.accesses(), "0:r 1:w 2:-");
}

TEST(Accesses, AtomicsDoBoth) {
  Words words(2);
  words.add(kAccessChain, {3, 20, 10, 4}).add(kAtomicAdd, {1, 21, 20, 5, 6, 7});
  EXPECT_EQ(words.accesses(), "0:rw 1:-");
}

TEST(Accesses, PointersThatEscapeCountAsBoth) {
  Words words(3);
  words.add(kCall, {1, 30, 31, 10});
  words.add(kAccessChain, {3, 20, 11, 4}).add(kSelect, {3, 32, 33, 20, 20});
  EXPECT_EQ(words.accesses(), "0:rw 1:rw 2:-");
}

TEST(Accesses, TheLengthIsNoAccess) {
  Words words(1);
  words.add(kArrayLength, {1, 20, 10, 0});
  EXPECT_EQ(words.accesses(), "0:-");
}

TEST(Accesses, BarriersAndTheSeedAreSeen) {
  Words words(1);
  EXPECT_FALSE(words.use().synchronises);
  EXPECT_FALSE(words.use().accesses[0].at_seed);
  words.add(kConstant, {1, 8, 1024}).add(kAccessChain, {3, 20, 10, 4, 8}).add(kBarrier, {5, 5, 5});
  EXPECT_TRUE(words.use().synchronises);
  EXPECT_TRUE(words.use().accesses[0].at_seed);
}

TEST(Accesses, GenuineTasksShowTheirGeneratorAndTheirBarriers) {
  const auto use = [](const char* package, const char* kernel) {
    return find_accesses(package::testing::genuine(package).kernel(kernel)->tasks[0].spirv);
  };
  const auto draws = [](const ModuleUse& module) {
    for (const Access& access : module.accesses)
      if (access.at_seed && access.reads && access.writes) return true;
    return false;
  };
  EXPECT_TRUE(draws(use("f_random", "fill_sample")));
  EXPECT_FALSE(draws(use("d_tasks", "shared_sum")));
  EXPECT_TRUE(use("d_tasks", "shared_sum").synchronises);
  EXPECT_FALSE(use("f_random", "fill_sample").synchronises);
}

TEST(Accesses, ATruncatedModuleIsReadAsFarAsItGoes) {
  EXPECT_TRUE(find_accesses({}).accesses.empty());
  EXPECT_TRUE(find_accesses({0x07230203, 0x10300, 0, 1, 0, 0}).accesses.empty());
  EXPECT_TRUE(find_accesses({0x07230203, 0x10300, 0, 1, 0, 0xffff0047, 1}).accesses.empty());
}

}  // namespace
}  // namespace tinsmith::runtime
