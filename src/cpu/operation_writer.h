// SPDX-License-Identifier: Apache-2.0
// What the functions that carry out an operation have in common: their lanes, operands and results.
#pragma once
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <string>

namespace tinsmith::cpu {

// air.simd_prefix_inclusive_sum.s.i32: width 32, operation "prefix_inclusive_sum", signed.
struct OperationName {
  unsigned width = 0;  // lanes that work together; 0: not such a name
  std::string operation;
  bool is_signed = false;
};
OperationName take_apart(llvm::StringRef name);

struct OperationWriter {
  llvm::IRBuilder<>& builder;
  llvm::Function& declaration;  // of the air.* function
  OperationName name;
  llvm::Value* slots;
  llvm::Value* lanes;  // i32: a bit for each that takes part

  llvm::Type* result_type() const { return declaration.getReturnType(); }
  llvm::Type* operand_type(unsigned number) const {
    return declaration.getFunctionType()->getParamType(number);
  }
  unsigned operands() const { return declaration.getFunctionType()->getNumParams(); }

  llvm::Value* operand(unsigned number, llvm::Value* lane);
  void give(llvm::Value* lane, llvm::Value* result);
  llvm::Value* takes_part(llvm::Value* lane);  // i1
  llvm::Value* number(uint32_t value) { return builder.getInt32(value); }
};

// Each fills the body of the function, and is false where it does not know the operation.
bool write_reduction(OperationWriter& writer);  // sum … xor, prefix sums and products
bool write_movement(OperationWriter& writer);   // shuffles, broadcasts
bool write_vote(OperationWriter& writer);       // all, any, ballot, is_first
bool write_matrix(OperationWriter& writer);     // multiply_accumulate

}  // namespace tinsmith::cpu
