// SPDX-License-Identifier: Apache-2.0
// The order in which lanes of a simdgroup wait for each other.
#pragma once
#include <llvm/IR/Function.h>

#include <vector>

namespace tinsmith::cpu {

// The blocks so that, leaving back edges aside, each comes after those it is reached from, and the
// blocks of a loop lie together, before what follows the loop.
std::vector<llvm::BasicBlock*> program_order(llvm::Function& function);

}  // namespace tinsmith::cpu
