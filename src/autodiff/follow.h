// SPDX-License-Identifier: Apache-2.0
// May one access to a field or array come after another and touch the same cell?
#pragma once
#include "autodiff/structure.h"

namespace tinsmith::autodiff {

// `second` may run after `first` in one run of the kernel and touch the same cell; both are loads,
// stores or atomics. Iterations of a parallel loop count as after each other, both ways. False is a
// proof. With a load and a write: the adjoint kernel, which reads memory as the primal left it,
// cannot read that value again.
bool may_follow(const Function& fn, const Structure& structure, InstId first, InstId second);

// Two iterations of the parallel loop around `store` may store to the same cell.
bool may_collide(const Function& fn, const Structure& structure, InstId store);

}  // namespace tinsmith::autodiff
