// SPDX-License-Identifier: Apache-2.0
// Brings a kernel into the few shapes that the other steps read. It stays the same program.
#pragma once
#include "ir/ir.h"

namespace tinsmith::autodiff {

// Afterwards
//  - an address is made directly before its only use;
//  - an atomic on a local is an atomic_add without result, which stands for `local += value`,
//  anything else is load, operation,
//    store. Only a local of the kernel's body that a parallel loop touches keeps other atomics;
//  - `local = local + value` is such an atomic_add: its reversal reads the adjoint and leaves it,
//  so that loops of sums carry
//    nothing.
void normalize(Function& fn);

}  // namespace tinsmith::autodiff
