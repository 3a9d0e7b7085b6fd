// SPDX-License-Identifier: Apache-2.0
// Taichi's tasks: "pure prologue; one loop that strides over the grid; epilogue" becomes a plain
// loop with step 1 over a share of the iterations, several of them at a time where that is faster.
#pragma once
#include <llvm/IR/Function.h>

#include <string>
#include <vector>

#include "cpu/cpu.h"

namespace tinsmith::cpu {

struct LoopForm {
  bool recognised = false;  // the module then holds the entry (kEntryName of entry.h)
  bool serial = false;      // atomics became plain operations: parts must be 1
  double nanoseconds = 0;   // a guess for one iteration
  unsigned lanes = 1;       // iterations at a time
  unsigned rows = 1;        // and rows of them
};

// Needs: promoted locals, `air.*` of one thread replaced, no loop rotation yet. The grid does not
// matter to the entry that this makes. Called with parts = 0 it runs nothing and returns the number
// of iterations, or the greatest i32 where they are more.
LoopForm form_loop(llvm::Function& kernel, const std::vector<Parameter>& parameters,
                   const Options& options);

}  // namespace tinsmith::cpu
