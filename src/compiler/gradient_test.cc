// SPDX-License-Identifier: Apache-2.0
// Adjoint kernels stay right through everything that the pipeline does to them before SPIR-V.
#include <gtest/gtest.h>

#include "autodiff/autodiff.h"
#include "autodiff/check_gradient.h"
#include "autodiff/random_kernel.h"
#include "lower/lower.h"
#include "opt/opt.h"

namespace tinsmith::compiler {
namespace {

void optimize(Function& fn) {
  opt::forward_locals(fn);
  opt::simplify(fn);
  opt::merge_equal(fn);
}

TEST(Gradient, OfRandomKernelsIsRightAsTasks) {
  int right = 0;
  for (uint32_t seed = 0; seed < 400 && !testing::Test::HasFailure(); ++seed) {
    Module primal, adjoint;
    autodiff::random_kernel(seed, primal);
    autodiff::random_kernel(seed, adjoint);
    Function& fn = adjoint.kernels.front();
    Diagnostics diags;
    optimize(fn);
    if (!autodiff::reverse(adjoint, fn, diags)) continue;
    optimize(fn);
    ASSERT_TRUE(lower::to_tasks(adjoint, fn));
    opt::remove_dead(fn);
    assert_valid(adjoint, Stage::Tasks, "to_tasks");
    autodiff::GradientCase c;
    c.seed = seed;
    c.tolerance = 1e-5;
    c.may_kink = true;
    EXPECT_EQ(autodiff::compare_gradient(primal, adjoint, c), "")
        << "seed " << seed << "\n"
        << print(primal) << print(adjoint);
    ++right;
  }
  EXPECT_GT(right, 100);
}

}  // namespace
}  // namespace tinsmith::compiler
