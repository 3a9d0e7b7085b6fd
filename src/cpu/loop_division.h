// SPDX-License-Identifier: Apache-2.0
// Loops over arrays divide their index by a size that is known at run time only.
#pragma once
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Instructions.h>

#include "cpu/loop_index.h"

namespace tinsmith::cpu {

// The one value, set before the loop, by which the loop divides its index; null where there is none
// or a constant. The divisions are rewritten to plain unsigned ones: the loop is then right only
// where that value is above 0. `i - size * (i / size)` becomes a remainder.
llvm::Value* assume_positive_size(const llvm::Loop& loop, llvm::PHINode& index, Ranges& ranges);

}  // namespace tinsmith::cpu
