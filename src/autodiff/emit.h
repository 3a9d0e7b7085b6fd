// SPDX-License-Identifier: Apache-2.0
// Writes the adjoint kernel that a plan describes.
#pragma once
#include "autodiff/plan.h"

namespace tinsmith::autodiff {

// Replaces the body of `fn`. Nothing is refused here any more.
void emit_adjoint(const Module& module, Function& fn, const Structure& structure,
                  const Activity& activity, const Plan& plan);

}  // namespace tinsmith::autodiff
