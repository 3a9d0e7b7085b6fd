// SPDX-License-Identifier: Apache-2.0
// 8x8 matrices spread over a simdgroup: lane l holds two neighbours of a row,
//   row (l / 4 & 4) + (l / 2 & 3), columns (l / 4 & 2) * 2 + (l & 1) * 2 and the next,
// as elements 0 and 1 of its <64 x T> value (facts/air-witness.md §9; MLX's gemms agree with it).
#include <llvm/IR/Constants.h>
#include <llvm/IR/Intrinsics.h>

#include "cpu/entry.h"
#include "cpu/group_operations.h"
#include "cpu/operation_writer.h"

namespace tinsmith::cpu {

namespace {

using llvm::Value;
constexpr unsigned kSide = 8;

unsigned lane_of(unsigned row, unsigned column) {
  return (row & 4) << 2 | (column & 4) << 1 | (row & 3) << 1 | (column >> 1 & 1);
}

// Row `row` of an operand as <8 x T>.
Value* load_row(OperationWriter& writer, unsigned operand, unsigned row) {
  llvm::IRBuilder<>& builder = writer.builder;
  Value* pairs[4];
  for (unsigned i = 0; i < 4; ++i) {
    pairs[i] = writer.operand(operand, writer.number(lane_of(row, 2 * i)));
  }
  const int all[] = {0, 1, 2, 3, 4, 5, 6, 7};
  llvm::ArrayRef<int> low_half(all, 4);
  Value* low = builder.CreateShuffleVector(pairs[0], pairs[1], low_half);
  Value* high = builder.CreateShuffleVector(pairs[2], pairs[3], low_half);
  return builder.CreateShuffleVector(low, high, llvm::ArrayRef<int>(all));
}

Value* row_and_column(llvm::IRBuilder<>& builder, Value* lane, bool column) {
  auto number = [&](uint32_t value) { return builder.getInt32(value); };
  if (column) {
    Value* high = builder.CreateShl(
        builder.CreateAnd(builder.CreateLShr(lane, number(2)), number(2)), number(1));
    return builder.CreateAdd(high,
                             builder.CreateShl(builder.CreateAnd(lane, number(1)), number(1)));
  }
  Value* high = builder.CreateAnd(builder.CreateLShr(lane, number(2)), number(4));
  return builder.CreateAdd(high, builder.CreateAnd(builder.CreateLShr(lane, number(1)), number(3)));
}

Value* matrix_of(llvm::IRBuilder<>& builder, llvm::Type* type, Value* first, Value* second) {
  Value* out = builder.CreateInsertElement(llvm::UndefValue::get(type), first, uint64_t{0});
  return builder.CreateInsertElement(out, second, uint64_t{1});
}

// (pointer, elements in a row, origin {column, row}, transposed): the addresses of both elements.
std::pair<Value*, Value*> addresses(llvm::IRBuilder<>& builder, llvm::CallInst* call,
                                    unsigned first_operand, Value* lane) {
  auto operand = [&](unsigned i) { return call->getArgOperand(first_operand + i); };
  llvm::Type* wide = builder.getInt64Ty();
  Value* row = builder.CreateZExt(row_and_column(builder, lane, false), wide);
  Value* column = builder.CreateZExt(row_and_column(builder, lane, true), wide);
  Value* next = builder.CreateAdd(column, builder.getInt64(1));
  Value* transposed = operand(3);
  llvm::Type* element =
      llvm::cast<llvm::PointerType>(operand(0)->getType())->getPointerElementType();
  auto at = [&](Value* r, Value* c) {
    Value* across = builder.CreateSelect(transposed, r, c);
    Value* down = builder.CreateSelect(transposed, c, r);
    across = builder.CreateAdd(across, builder.CreateExtractElement(operand(2), uint64_t{0}));
    down = builder.CreateAdd(down, builder.CreateExtractElement(operand(2), uint64_t{1}));
    Value* index = builder.CreateAdd(builder.CreateMul(down, operand(1)), across);
    return builder.CreateGEP(element, operand(0), index);
  };
  return {at(row, column), at(row, next)};
}

bool has_address_form(const llvm::CallInst* call, unsigned first_operand) {
  if (call->arg_size() != first_operand + 4) return false;
  return call->getArgOperand(first_operand)->getType()->isPointerTy() &&
         call->getArgOperand(first_operand + 1)->getType()->isIntegerTy(64) &&
         call->getArgOperand(first_operand + 2)->getType()->isVectorTy() &&
         call->getArgOperand(first_operand + 3)->getType()->isIntegerTy(1);
}

bool replace_matrix(llvm::CallInst* call, llvm::StringRef operation, Value* lane) {
  llvm::IRBuilder<> builder(call);
  llvm::Type* type = call->getType();
  Value* result = nullptr;
  if (operation == "init_filled" && call->arg_size() == 1) {
    result = matrix_of(builder, type, call->getArgOperand(0), call->getArgOperand(0));
  } else if (operation == "init_diag" && call->arg_size() == 1) {
    Value* row = row_and_column(builder, lane, false);
    Value* column = row_and_column(builder, lane, true);
    Value* zero = llvm::Constant::getNullValue(type->getScalarType());
    Value* next = builder.CreateAdd(column, builder.getInt32(1));
    Value* value = call->getArgOperand(0);
    result = matrix_of(builder, type,
                       builder.CreateSelect(builder.CreateICmpEQ(row, column), value, zero),
                       builder.CreateSelect(builder.CreateICmpEQ(row, next), value, zero));
  } else if (operation == "load" && has_address_form(call, 0)) {
    auto [first, second] = addresses(builder, call, 0, lane);
    llvm::Type* element = type->getScalarType();
    result = matrix_of(builder, type, builder.CreateLoad(element, first),
                       builder.CreateLoad(element, second));
  } else if (operation == "store" && has_address_form(call, 1)) {
    auto [first, second] = addresses(builder, call, 1, lane);
    Value* matrix = call->getArgOperand(0);
    builder.CreateStore(builder.CreateExtractElement(matrix, uint64_t{0}), first);
    builder.CreateStore(builder.CreateExtractElement(matrix, uint64_t{1}), second);
  } else {
    return false;
  }
  if (result != nullptr) call->replaceAllUsesWith(result);
  call->eraseFromParent();
  return true;
}

}  // namespace

bool write_matrix(OperationWriter& writer) {
  if (writer.name.operation != "matrix_8x8_multiply_accumulate" || writer.operands() != 3) {
    return false;
  }
  llvm::IRBuilder<>& builder = writer.builder;
  auto* stored = llvm::FixedVectorType::get(writer.result_type()->getScalarType(), 2);
  auto* wide = llvm::FixedVectorType::get(builder.getFloatTy(), kSide);
  Value* right[kSide];
  for (unsigned k = 0; k < kSide; ++k) {
    right[k] = builder.CreateFPCast(load_row(writer, 1, k), wide);
  }
  for (unsigned row = 0; row < kSide; ++row) {
    Value* sum = builder.CreateFPCast(load_row(writer, 2, row), wide);
    Value* left = builder.CreateFPCast(load_row(writer, 0, row), wide);
    for (unsigned k = 0; k < kSide; ++k) {
      Value* factor = builder.CreateVectorSplat(kSide, builder.CreateExtractElement(left, k));
      sum = builder.CreateIntrinsic(llvm::Intrinsic::fmuladd, {wide}, {factor, right[k], sum});
    }
    sum = builder.CreateFPCast(sum, llvm::FixedVectorType::get(stored->getElementType(), kSide));
    for (int column = 0; column < static_cast<int>(kSide); column += 2) {
      Value* pair = builder.CreateShuffleVector(sum, {column, column + 1});
      writer.give(writer.number(lane_of(row, static_cast<unsigned>(column))), pair);
    }
  }
  return true;
}

bool is_own_lane(llvm::StringRef name) {
  return name.startswith("air.get_simdgroup_size") ||
         name.startswith("air.get_thread_index_in_simdgroup") ||
         name.startswith("air.simdgroup_matrix_8x8_init_") ||
         name.startswith("air.simdgroup_matrix_8x8_load.") ||
         name.startswith("air.simdgroup_matrix_8x8_store.");
}

bool replace_own_lane(llvm::CallInst* call, Value* lane) {
  llvm::StringRef name = call->getCalledFunction()->getName();
  llvm::IRBuilder<> builder(call);
  Value* value = nullptr;
  if (name.startswith("air.get_simdgroup_size")) value = builder.getInt32(kSimdWidth);
  if (name.startswith("air.get_thread_index_in_simdgroup")) value = lane;
  if (value != nullptr) {
    if (!call->getType()->isIntegerTy()) return false;
    call->replaceAllUsesWith(builder.CreateZExtOrTrunc(value, call->getType()));
    call->eraseFromParent();
    return true;
  }
  if (!name.consume_front("air.simdgroup_matrix_8x8_")) return false;
  return replace_matrix(call, name.split('.').first, lane);
}

}  // namespace tinsmith::cpu
