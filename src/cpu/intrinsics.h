// SPDX-License-Identifier: Apache-2.0
// air.* calls that concern one thread -> native code of this machine.
#pragma once
#include <llvm/IR/Module.h>

#include "support/result.h"

namespace tinsmith::cpu {

struct IntrinsicOptions {
  bool fast_math = false;
};

// Replaces every air.* call that concerns one thread: math, conversions, integers, atomics,
// packing. Left for group operations: air.wg.barrier, air.simdgroup.barrier, air.simd_*,
// air.quad_*, air.simdgroup_matrix_*, air.get_simdgroup_size, air.get_thread_index_in_simdgroup.
// Fails once, naming all functions that are not known.
Result<> replace_intrinsics(llvm::Module& module, const IntrinsicOptions& options);

}  // namespace tinsmith::cpu
