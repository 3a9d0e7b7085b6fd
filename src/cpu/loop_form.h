// SPDX-License-Identifier: Apache-2.0
// Taichi's tasks: "pure prologue; one loop that strides over the grid; epilogue" becomes a plain
// loop with step 1 over a share of the iterations.
#pragma once
#include <llvm/IR/Function.h>

#include <vector>

#include "cpu/cpu.h"

namespace tinsmith::cpu {

struct LoopForm {
  bool recognised = false;  // the module then holds the entry (kEntryName of entry.h)
  bool serial = false;      // atomics became plain operations: parts must be 1
};

LoopForm form_loop(llvm::Function& kernel, const std::vector<Parameter>& parameters,
                   const Options& options);

}  // namespace tinsmith::cpu
