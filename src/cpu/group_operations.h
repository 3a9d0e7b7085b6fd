// SPDX-License-Identifier: Apache-2.0
// Operations among the lanes of a simdgroup or quadgroup: air.simd_*, air.quad_*, air.simdgroup_*.
// Lanes leave their operands in slots (scheduler.h) and wait; a function made here turns them into
// results; then the lanes pick those up.
#pragma once
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/Module.h>

#include <map>
#include <string>

namespace tinsmith::cpu {

// Replaces what needs no other lane: the width of a simdgroup, the lane's own index (given), matrix
// fills, loads and stores. True if it was one of these.
bool replace_own_lane(llvm::CallInst* call, llvm::Value* lane);
// Whether replace_own_lane needs the lane's index for it.
bool is_own_lane(llvm::StringRef name);

// What a value looks like in a slot: a lane's two elements of a matrix, a byte for a truth value.
// Null: no slot is large enough.
llvm::Type* slot_type(llvm::Type* type, const llvm::DataLayout& layout);
llvm::Value* to_slot(llvm::IRBuilder<>& builder, llvm::Value* value);
llvm::Value* from_slot(llvm::IRBuilder<>& builder, llvm::Value* value, llvm::Type* type);
// Of element `lane` of array `number` of values of that type.
llvm::Value* slot_place(llvm::IRBuilder<>& builder, llvm::Value* slots, llvm::Type* slot_type,
                        unsigned number, llvm::Value* lane);
constexpr unsigned kResultSlot = 4;

// void(i8* slots, i32 lanes) for calls of `function`, made once; null where its name or signature
// is not known.
class GroupOperations {
 public:
  explicit GroupOperations(llvm::Module& module) : module_(module) {}
  llvm::Function* function_for(llvm::Function& declaration);

 private:
  llvm::Module& module_;
  std::map<std::string, llvm::Function*> made_;
};

}  // namespace tinsmith::cpu
