// SPDX-License-Identifier: Apache-2.0
// Each pass keeps what random programs compute, and their legality.
#include <gtest/gtest.h>

#include "ir/random_program.h"
#include "opt/opt.h"

namespace tinsmith {
namespace {

struct Pass {
  std::string_view name;
  std::vector<bool (*)(Function&)> steps;
};

void keeps_meaning(const Pass& pass, uint64_t first_seed, uint64_t programs) {
  size_t compared = 0;
  for (uint64_t seed = first_seed; seed < first_seed + programs; ++seed) {
    Module before, after;
    random_program(seed, before);
    random_program(seed, after);
    auto problems = verify(before, before.kernels.front(), Stage::Source);
    ASSERT_TRUE(problems.empty()) << seed << ": " << problems.front();
    for (auto step : pass.steps) step(after.kernels.front());
    problems = verify(after, after.kernels.front(), Stage::Source);
    ASSERT_TRUE(problems.empty()) << "after " << pass.name << ", seed " << seed << ": "
                                  << problems.front() << "\n"
                                  << print(before);
    std::string want = outcome(before, seed), got = outcome(after, seed);
    if (want.empty() || got.empty()) continue;
    ++compared;
    ASSERT_EQ(want, got) << pass.name << ", seed " << seed << "\n"
                         << print(before) << "\n---- after\n"
                         << print(after);
  }
  EXPECT_GT(compared, programs * 9 / 10);
}

TEST(RandomPrograms, ReadBackFromTheirText) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Module module, again;
    random_program(seed, module);
    Diagnostics diags;
    std::string text = print(module);
    ASSERT_TRUE(parse(text, {}, again, diags)) << diags.all().front().message << "\n" << text;
    ASSERT_EQ(print(again), text);
  }
}

TEST(RandomPrograms, KeepTheirMeaningThroughRemoveDead) {
  keeps_meaning({"remove_dead", {opt::remove_dead}}, 0, 300);
}
TEST(RandomPrograms, KeepTheirMeaningThroughSimplify) {
  keeps_meaning({"simplify", {opt::simplify}}, 1000, 600);
}
TEST(RandomPrograms, KeepTheirMeaningThroughMergeEqual) {
  keeps_meaning({"merge_equal", {opt::merge_equal}}, 2000, 600);
}
TEST(RandomPrograms, KeepTheirMeaningThroughForwardLocals) {
  keeps_meaning({"forward_locals", {opt::forward_locals}}, 3000, 600);
}
TEST(RandomPrograms, KeepTheirMeaningThroughSplitLocals) {
  keeps_meaning({"split_locals", {opt::split_locals}}, 5000, 300);
}
TEST(RandomPrograms, KeepTheirMeaningThroughDemoteAtomics) {
  keeps_meaning({"demote_atomics", {opt::demote_atomics}}, 6000, 300);
}
TEST(RandomPrograms, KeepTheirMeaningThroughAllOfThem) {
  keeps_meaning({"all",
                 {opt::demote_atomics, opt::split_locals, opt::forward_locals, opt::simplify,
                  opt::merge_equal, opt::forward_locals, opt::simplify, opt::merge_equal}},
                4000, 600);
}

}  // namespace
}  // namespace tinsmith
