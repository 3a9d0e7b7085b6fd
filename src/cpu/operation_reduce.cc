// SPDX-License-Identifier: Apache-2.0
// Reductions and prefix sums over the lanes that take part: one pass in the order of the lanes for
// each simdgroup or quadgroup.
#include <llvm/ADT/StringSwitch.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Intrinsics.h>

#include <optional>

#include "cpu/body.h"
#include "cpu/entry.h"
#include "cpu/operation_writer.h"

namespace tinsmith::cpu {

namespace {

enum class Fold : uint8_t { None, Sum, Product, Min, Max, And, Or, Xor };

Fold fold_of(llvm::StringRef operation) {
  return llvm::StringSwitch<Fold>(operation)
      .Case("sum", Fold::Sum)
      .Case("product", Fold::Product)
      .Case("min", Fold::Min)
      .Case("max", Fold::Max)
      .Case("and", Fold::And)
      .Case("or", Fold::Or)
      .Case("xor", Fold::Xor)
      .Default(Fold::None);
}

// What changes nothing: the value of lanes that do not take part.
llvm::Constant* neutral(Fold fold, llvm::Type* type, bool is_signed) {
  unsigned bits = type->getScalarSizeInBits();
  if (type->isFPOrFPVectorTy()) {
    switch (fold) {
      case Fold::Sum: return llvm::ConstantFP::getNegativeZero(type);
      case Fold::Product: return llvm::ConstantFP::get(type, 1.0);
      case Fold::Min: return llvm::ConstantFP::getInfinity(type);
      case Fold::Max: return llvm::ConstantFP::getInfinity(type, true);
      default: return nullptr;
    }
  }
  switch (fold) {
    case Fold::Product: return llvm::ConstantInt::get(type, 1);
    case Fold::Min:
      return llvm::ConstantInt::get(
          type, is_signed ? llvm::APInt::getSignedMaxValue(bits) : llvm::APInt::getMaxValue(bits));
    case Fold::Max:
      return llvm::ConstantInt::get(
          type, is_signed ? llvm::APInt::getSignedMinValue(bits) : llvm::APInt(bits, 0));
    case Fold::And: return llvm::Constant::getAllOnesValue(type);
    default: return llvm::Constant::getNullValue(type);
  }
}

llvm::Value* integers(llvm::IRBuilder<>& builder, Fold fold, llvm::Value* a, llvm::Value* b,
                      bool is_signed) {
  using llvm::Intrinsic::smax, llvm::Intrinsic::smin, llvm::Intrinsic::umax, llvm::Intrinsic::umin;
  switch (fold) {
    case Fold::Sum: return builder.CreateAdd(a, b);
    case Fold::Product: return builder.CreateMul(a, b);
    case Fold::Min: return builder.CreateBinaryIntrinsic(is_signed ? smin : umin, a, b);
    case Fold::Max: return builder.CreateBinaryIntrinsic(is_signed ? smax : umax, a, b);
    case Fold::And: return builder.CreateAnd(a, b);
    case Fold::Or: return builder.CreateOr(a, b);
    default: return builder.CreateXor(a, b);
  }
}

llvm::Value* combined(llvm::IRBuilder<>& builder, Fold fold, llvm::Value* a, llvm::Value* b,
                      bool is_signed) {
  if (!a->getType()->isFPOrFPVectorTy()) return integers(builder, fold, a, b, is_signed);
  switch (fold) {
    case Fold::Sum: return builder.CreateFAdd(a, b);
    case Fold::Product: return builder.CreateFMul(a, b);
    case Fold::Min: return builder.CreateMinNum(a, b);
    default: return builder.CreateMaxNum(a, b);
  }
}

}  // namespace

bool write_reduction(OperationWriter& writer) {
  llvm::IRBuilder<>& builder = writer.builder;
  llvm::StringRef operation = writer.name.operation;
  bool inclusive = operation.consume_front("prefix_inclusive_");
  bool exclusive = !inclusive && operation.consume_front("prefix_exclusive_");
  Fold fold = fold_of(operation);
  bool is_prefix = inclusive || exclusive;
  if (fold == Fold::None || (is_prefix && fold != Fold::Sum && fold != Fold::Product)) return false;
  llvm::Type* type = writer.result_type();
  if (writer.operands() != 1 || writer.operand_type(0) != type) return false;
  llvm::Constant* start = neutral(fold, type, writer.name.is_signed);
  if (start == nullptr) return false;

  llvm::Value* sum = builder.CreateAlloca(type);
  // The order in which a GPU adds is not known either; without one LLVM can add in vectors.
  llvm::FastMathFlags any_order;
  if (!is_prefix) any_order.setAllowReassoc();
  builder.setFastMathFlags(any_order);
  uint32_t width = writer.name.width;
  emit_loop(
      builder, writer.number(0), writer.number(kSimdWidth / width), "group",
      [&](llvm::Value* group) {
        llvm::Value* base = builder.CreateMul(group, writer.number(width));
        builder.CreateStore(start, sum);
        emit_loop(builder, writer.number(0), writer.number(width), "lane", [&](llvm::Value* index) {
          llvm::Value* lane = builder.CreateAdd(base, index);
          llvm::Value* value =
              builder.CreateSelect(writer.takes_part(lane), writer.operand(0, lane), start);
          llvm::Value* before = builder.CreateLoad(type, sum);
          llvm::Value* after = combined(builder, fold, before, value, writer.name.is_signed);
          builder.CreateStore(after, sum);
          if (is_prefix) writer.give(lane, inclusive ? after : before);
        });
        if (is_prefix) return;
        llvm::Value* result = builder.CreateLoad(type, sum);
        emit_loop(builder, writer.number(0), writer.number(width), "result",
                  [&](llvm::Value* index) { writer.give(builder.CreateAdd(base, index), result); });
      });
  return true;
}

}  // namespace tinsmith::cpu
