// SPDX-License-Identifier: Apache-2.0
// Fields of one buffer do not overlap; their index ranges say so, and LLVM is told.
#pragma once
#include <llvm/IR/Function.h>

#include "cpu/loop_index.h"

namespace tinsmith::cpu {

// Gives loads, stores and updates whose addresses lie in disjoint ranges of the same argument
// scopes of their own. Needs: widen_indices.
void mark_disjoint(llvm::Function& function, const Ranges& ranges);

// Copies what mark_disjoint said of `from`.
void keep_marks(llvm::Value* made, const llvm::Instruction& from);

}  // namespace tinsmith::cpu
