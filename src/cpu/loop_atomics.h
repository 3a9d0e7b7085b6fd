// SPDX-License-Identifier: Apache-2.0
// Atomics of a loop that one worker runs alone: what retries until it succeeds becomes one
// *update*, an operation on one place in memory, and from there plain loads and stores.
#pragma once
#include <llvm/IR/Function.h>
#include <llvm/IR/Instructions.h>

#include <optional>
#include <vector>

#include "cpu/loop_find.h"

namespace tinsmith::cpu {

// Between simplify_atomics and lower_updates, `*pointer = combine(*pointer, value)` is a call of a
// function whose name carries the operation; it returns what was there before.
struct Update {
  Gathering how;
  llvm::Value* pointer;
  llvm::Value* value;
};
std::optional<Update> update_of(const llvm::Instruction& inst);

// Whether one of the blocks has an atomic operation that reads and writes.
bool has_atomics(const std::vector<llvm::BasicBlock*>& blocks);

// Makes the blocks, which only one thread runs, free of atomics: loops around a compare-exchange
// (ours, genuine Taichi's, Metal's) become updates or plain code without a loop, the others plain
// operations. Changes the control flow of `function`. Returns whether all are updates now: else
// iterations meet in plain memory, and must run one after the other.
bool simplify_atomics(llvm::Function& function, const std::vector<llvm::BasicBlock*>& blocks);

// Replaces the update by load, combine and store.
void lower_update(llvm::CallInst& update);
void lower_updates(llvm::Function& function);

}  // namespace tinsmith::cpu
