// SPDX-License-Identifier: Apache-2.0
// Automatic differentiation: IR -> IR at Stage::Source.
#pragma once
#include "ir/ir.h"

namespace tinsmith::autodiff {

// Turns `fn` into its adjoint kernel: reads the adjoints (Field::grad, gradients of ndarray
// parameters) of what the primal wrote, accumulates those of what it read. Same parameters; no
// return values. Refuses, with a diagnostic, whatever it cannot do exactly: it never gives a wrong
// number.
bool reverse(Module& module, Function& fn, Diagnostics& diags);

}  // namespace tinsmith::autodiff
