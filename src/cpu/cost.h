// SPDX-License-Identifier: Apache-2.0
// How long a thread may take: a guess that decides into how many parts a launch is cut.
#pragma once
#include <llvm/IR/Function.h>

namespace tinsmith::cpu {

// Nanoseconds for one run of the function, counting loops of unknown length as 32 rounds.
double guess_cost(llvm::Function& function);

}  // namespace tinsmith::cpu
