// SPDX-License-Identifier: Apache-2.0
// May a write to a field or array change what a load has read before it?
#pragma once
#include "autodiff/structure.h"

namespace tinsmith::autodiff {

// `write` (store or atomic) may run after `load` in one run of the kernel and touch the same cell:
// then the adjoint kernel, which reads memory as the primal left it, cannot read the value again.
// Iterations of a parallel loop count as after each other, both ways. False is a proof.
bool may_overwrite(const Function& fn, const Structure& structure, InstId load, InstId write);

// Two iterations of the parallel loop around `store` may store to the same cell.
bool may_collide(const Function& fn, const Structure& structure, InstId store);

}  // namespace tinsmith::autodiff
