// SPDX-License-Identifier: Apache-2.0
// Random programs compute the same as tasks, with and without the optimiser before them, in the
// reference interpreter.
#include <gtest/gtest.h>

#include "ir/random_program.h"
#include "lower/lower.h"
#include "opt/opt.h"

namespace tinsmith {
namespace {

void optimise(Function& fn) {
  opt::split_locals(fn);
  opt::forward_locals(fn);
  opt::simplify(fn);
  opt::merge_equal(fn);
  opt::demote_atomics(fn);
}

void keeps_meaning_as_tasks(uint64_t first_seed, uint64_t programs, bool optimised) {
  for (uint64_t seed = first_seed; seed < first_seed + programs; ++seed) {
    Module before, after;
    random_program(seed, before);
    random_program(seed, after);
    Function& fn = after.kernels.front();
    if (optimised) optimise(fn);
    auto lowered = lower::to_tasks(after, fn);
    ASSERT_TRUE(lowered) << "seed " << seed << ": " << lowered.failure().what;
    opt::simplify(fn);
    opt::merge_equal(fn);
    auto problems = verify(after, fn, Stage::Tasks);
    ASSERT_TRUE(problems.empty()) << "seed " << seed << ": " << problems.front();
    std::string want = outcome(before, seed), got = outcome(after, seed);
    if (want.empty() || got.empty()) continue;
    ASSERT_EQ(want, got) << "seed " << seed << "\n" << print(before) << "\n" << print(after);
  }
}

TEST(RandomPrograms, KeepTheirMeaningAsTasks) { keeps_meaning_as_tasks(7000, 300, false); }
TEST(RandomPrograms, KeepTheirMeaningAsOptimisedTasks) { keeps_meaning_as_tasks(8000, 300, true); }

}  // namespace
}  // namespace tinsmith
