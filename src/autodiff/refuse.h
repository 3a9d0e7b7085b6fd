// SPDX-License-Identifier: Apache-2.0
// Everything that we do not differentiate exactly, said with a place and a way out.
#pragma once
#include "autodiff/plan.h"

namespace tinsmith::autodiff {

// Operations through which a gradient would pass and that have no exact adjoint. Also warns where a
// gradient silently stops.
void refuse_operations(const Module& module, const Function& fn, const Structure& structure,
                       const Activity& activity, Diagnostics& diags);

// Values that the adjoint has to compute again and cannot: random numbers, results of atomics,
// memory written over since.
void refuse_recomputation(const Module& module, const Function& fn, const Structure& structure,
                          const Activity& activity, const Plan& plan, Diagnostics& diags);

}  // namespace tinsmith::autodiff
