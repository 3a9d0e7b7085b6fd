// SPDX-License-Identifier: Apache-2.0
// Recognises Taichi's task in a kernel function: a pure prologue, one loop that strides over the
// grid, an epilogue that hands over what the loop gathered. Nothing is changed here.
#pragma once
#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>

#include <optional>
#include <vector>

#include "cpu/cpu.h"

namespace tinsmith::cpu {

// How values of several iterations become one; the order does not matter to any of these.
enum class Gathering : uint8_t {
  FAdd,
  FMul,
  FMin,
  FMax,
  Add,
  Mul,
  And,
  Or,
  Xor,
  SMin,
  SMax,
  UMin,
  UMax
};

struct Gathered {
  llvm::PHINode* phi = nullptr;  // in the loop's header; starts at the identity of `how`
  Gathering how = Gathering::FAdd;
};

struct GridLoop {
  llvm::Loop* loop = nullptr;
  llvm::PHINode* index = nullptr;     // i: begin + thread_position_in_grid.x, then + all threads
  llvm::Value* begin = nullptr;       // null: 0
  llvm::Value* bound = nullptr;       // the loop runs while i < bound
  llvm::ICmpInst* compare = nullptr;  // of the header's branch
  bool may_be_negative = false;       // the index; set where its range is known
  bool is_signed = false;             // that comparison
  llvm::BasicBlock* body = nullptr;   // the header's successor inside the loop
  llvm::BasicBlock* exit = nullptr;   // and outside
  std::vector<Gathered> gathered;
};

// None: the kernel has another shape, or uses the grid otherwise than to share out the iterations.
std::optional<GridLoop> find_grid_loop(llvm::Function& kernel,
                                       const std::vector<Parameter>& parameters,
                                       const llvm::LoopInfo& loops,
                                       const llvm::DominatorTree& dominators);

// The operation that `inst` applies, if it is one of Gathering; subtraction counts as FAdd or Add.
std::optional<Gathering> gathering_of(const llvm::Instruction& inst);

llvm::Constant* identity_of(Gathering how, llvm::Type* type);
llvm::Value* combine(llvm::IRBuilderBase& b, Gathering how, llvm::Value* x, llvm::Value* y);

}  // namespace tinsmith::cpu
