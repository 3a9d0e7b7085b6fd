// SPDX-License-Identifier: Apache-2.0
// Which of LLVM's passes run, and when.
#pragma once
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include "cpu/cpu.h"

namespace tinsmith::cpu {

// Inlines all helper functions and makes patterns visible: values instead of variables, simple
// control flow, loops with one latch and preheader.
void clean_up(llvm::Module& module, llvm::TargetMachine& target);

// Everything that makes the entry fast: inlining of the kernel, scalar passes, vectorisation;
// coroutines are split where there are any.
void optimise(llvm::Module& module, llvm::TargetMachine& target, const Options& options,
              bool coroutines);

}  // namespace tinsmith::cpu
