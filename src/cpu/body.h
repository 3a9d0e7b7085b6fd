// SPDX-License-Identifier: Apache-2.0
// What all entries share: the kernel as one function that can be inlined, its pointers out of the
// launch, its call for one thread.
#pragma once
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <functional>
#include <string>
#include <vector>

#include "cpu/built_ins.h"
#include "cpu/cpu.h"

namespace tinsmith::cpu {

// Memory of one worker, as compiled code and its callers lay it out: status first, then the static
// threadgroup memory, then the threadgroup arguments (RunGrid says where).
constexpr uint32_t kScratchStatus = 0;  // i32: code of the first debug finding, 0: none
constexpr uint32_t kScratchStatic = 256;

struct Body {
  llvm::Function* kernel = nullptr;  // all that it calls is inlined, apart from external functions
  const std::vector<Parameter>* parameters = nullptr;
  uint32_t threadgroup_bytes = 0;  // static threadgroup memory, from kScratchStatic on
  bool stops_on_status = false;    // debug findings end the run

  // The kernel's last parameter is `i8*` scratch, which has no Parameter.
  bool is_pointer(unsigned index) const {
    return index < parameters->size() && (*parameters)[index].kind != Parameter::Kind::BuiltIn;
  }
  bool is_used(unsigned index) const { return !kernel->getArg(index)->use_empty(); }
};

// Clones the kernel into a function with one more parameter, the scratch memory, and makes its
// threadgroup globals places in there. Needs: helper functions are inlined already.
Body make_body(llvm::Function& kernel, const std::vector<Parameter>& parameters);

// The kernel's pointers, loaded from the launch; null for built-ins, undef for what is not used.
std::vector<llvm::Value*> load_pointers(llvm::IRBuilder<>& builder, const Body& body,
                                        llvm::Value* buffers, llvm::Value* run_grid,
                                        llvm::Value* scratch);

// All arguments for one thread, given the pointers.
std::vector<llvm::Value*> thread_arguments(llvm::IRBuilder<>& builder, const Body& body,
                                           const std::vector<llvm::Value*>& pointers,
                                           llvm::Value* scratch, const ThreadValues& thread);

// for (i = from; i < to; ++i) run(i); leaves the builder behind the loop. No wrap-around.
void emit_loop(llvm::IRBuilder<>& builder, llvm::Value* from, llvm::Value* to,
               const std::string& name, const std::function<void(llvm::Value*)>& run);

// The entry function of entry.h, empty: (i8** buffers, i8* grid, i8* scratch, i32 part, i32 parts).
llvm::Function* declare_entry(llvm::Module& module);

}  // namespace tinsmith::cpu
