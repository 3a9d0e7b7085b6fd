// SPDX-License-Identifier: Apache-2.0
// For tests: random kernels that are deterministic, finite and almost everywhere differentiable, in
// every shape that the frontend may make: locals stored and read anywhere, branches, loops, several
// regions, memory read back and written over.
#pragma once
#include "ir/ir.h"

namespace tinsmith::autodiff {

// Adds fields and one kernel to an empty module. Parallel iterations never race: in each parallel
// loop a field is only read, only added to, or each iteration keeps to its own cell.
void random_kernel(uint32_t seed, Module& module);

}  // namespace tinsmith::autodiff
