// SPDX-License-Identifier: Apache-2.0
// The integer operations, for every width and vector length alike. Operations whose exact result
// needs another bit (mul_hi, hadd, mad_sat) are done at twice the width; LLVM narrows them again.
#include <llvm/IR/Constants.h>

#include "cpu/intrinsics_call.h"

namespace tinsmith::cpu {
namespace {

using llvm::ConstantInt;
using llvm::Type;
using llvm::Value;
using llvm::Intrinsic::ID;

ID smaller(bool is_signed) { return is_signed ? llvm::Intrinsic::smin : llvm::Intrinsic::umin; }
ID greater(bool is_signed) { return is_signed ? llvm::Intrinsic::smax : llvm::Intrinsic::umax; }

Value* least(AirCall& c, Value* x, Value* y) {
  return c.b.CreateBinaryIntrinsic(smaller(c.is_signed()), x, y);
}
Value* greatest(AirCall& c, Value* x, Value* y) {
  return c.b.CreateBinaryIntrinsic(greater(c.is_signed()), x, y);
}

Type* twice_as_wide(Type* type) {
  return type->getWithNewBitWidth(2 * type->getScalarSizeInBits());
}

Value* widened(AirCall& c, unsigned i) {
  return c.b.CreateIntCast(c.arg(i), twice_as_wide(c.type()), c.is_signed());
}

Value* high_product(AirCall& c) {
  Value* product = c.b.CreateMul(widened(c, 0), widened(c, 1));
  return c.b.CreateTrunc(c.b.CreateLShr(product, c.type()->getScalarSizeInBits()), c.type());
}

Value* average(AirCall& c, bool round_up) {
  Value* sum = c.b.CreateAdd(widened(c, 0), widened(c, 1));
  if (round_up) sum = c.b.CreateAdd(sum, ConstantInt::get(sum->getType(), 1));
  return c.b.CreateTrunc(c.b.CreateLShr(sum, 1), c.type());
}

Value* multiply_add_saturated(AirCall& c) {
  auto& b = c.b;
  const unsigned bits = c.type()->getScalarSizeInBits();
  Type* wide = twice_as_wide(c.type());
  const bool is_signed = c.is_signed();
  Value* sum = b.CreateAdd(b.CreateMul(widened(c, 0), widened(c, 1)), widened(c, 2));
  using llvm::APInt;
  const APInt top = is_signed ? APInt::getSignedMaxValue(bits).sext(2 * bits)
                              : APInt::getMaxValue(bits).zext(2 * bits);
  sum = b.CreateBinaryIntrinsic(smaller(is_signed), sum, ConstantInt::get(wide, top));
  if (is_signed) {
    const APInt bottom = APInt::getSignedMinValue(bits).sext(2 * bits);
    sum = b.CreateBinaryIntrinsic(greater(true), sum, ConstantInt::get(wide, bottom));
  }
  return b.CreateTrunc(sum, c.type());
}

// An offset or a count, i32 whatever the operand is: in the operand's type and shape.
Value* amount(AirCall& c, unsigned i) {
  Value* value = c.arg(i);
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(c.type());
  if (vector != nullptr && !value->getType()->isVectorTy()) {
    value = c.b.CreateVectorSplat(vector->getNumElements(), value);
  }
  return c.b.CreateIntCast(value, c.type(), false);
}

bool are_amounts(AirCall& c, unsigned first) {
  if (c.args() != first + 2) return false;
  for (unsigned i = first; i < c.args(); ++i) {
    Type* type = c.arg(i)->getType();
    if (!type->isIntegerTy(32) && type != with_element(c.type(), c.b.getInt32Ty())) return false;
  }
  return true;
}

// Shift counts stay below the width, whatever the caller asks: the result is then some number.
Value* below_width(AirCall& c, Value* count) {
  return c.b.CreateAnd(count, ConstantInt::get(c.type(), c.type()->getScalarSizeInBits() - 1));
}

Value* extract_bits(AirCall& c) {
  if (!are_amounts(c, 1) || c.arg(0)->getType() != c.type()) return nullptr;
  auto& b = c.b;
  Value* width = ConstantInt::get(c.type(), c.type()->getScalarSizeInBits());
  Value* offset = amount(c, 1);
  Value* count = amount(c, 2);
  Value* above = b.CreateSub(b.CreateSub(width, count), offset);
  Value* at_top = b.CreateShl(c.arg(0), below_width(c, above));
  Value* down = below_width(c, b.CreateSub(width, count));
  Value* field = c.is_signed() ? b.CreateAShr(at_top, down) : b.CreateLShr(at_top, down);
  Value* zero = llvm::Constant::getNullValue(c.type());
  return b.CreateSelect(b.CreateICmpEQ(count, zero), zero, field);
}

Value* insert_bits(AirCall& c) {
  if (!are_amounts(c, 2)) return nullptr;
  if (c.arg(0)->getType() != c.type() || c.arg(1)->getType() != c.type()) return nullptr;
  auto& b = c.b;
  Value* width = ConstantInt::get(c.type(), c.type()->getScalarSizeInBits());
  Value* offset = below_width(c, amount(c, 2));
  Value* count = amount(c, 3);
  Value* ones = llvm::Constant::getAllOnesValue(c.type());
  Value* low = b.CreateLShr(ones, below_width(c, b.CreateSub(width, count)));
  Value* mask = b.CreateShl(low, offset);
  Value* zero = llvm::Constant::getNullValue(c.type());
  mask = b.CreateSelect(b.CreateICmpEQ(count, zero), zero, mask);
  Value* inserted = b.CreateAnd(b.CreateShl(c.arg(1), offset), mask);
  return b.CreateOr(b.CreateAnd(c.arg(0), b.CreateNot(mask)), inserted);
}

Value* unary(AirCall& c) {
  auto& b = c.b;
  if (c.operation == "popcount") return b.CreateUnaryIntrinsic(llvm::Intrinsic::ctpop, c.arg(0));
  if (c.operation == "reverse_bits") {
    return b.CreateUnaryIntrinsic(llvm::Intrinsic::bitreverse, c.arg(0));
  }
  if (c.operation == "abs") {
    if (!c.is_signed()) return c.arg(0);
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::abs, c.arg(0), b.getFalse());
  }
  return nullptr;
}

Value* binary(AirCall& c) {
  auto& b = c.b;
  const bool is_signed = c.is_signed();
  Value *x = c.arg(0), *y = c.arg(1);
  if (c.operation == "min") return least(c, x, y);
  if (c.operation == "max") return greatest(c, x, y);
  if (c.operation == "abs_diff") return b.CreateSub(greatest(c, x, y), least(c, x, y));
  if (c.operation == "add_sat") {
    return b.CreateBinaryIntrinsic(
        is_signed ? llvm::Intrinsic::sadd_sat : llvm::Intrinsic::uadd_sat, x, y);
  }
  if (c.operation == "sub_sat") {
    return b.CreateBinaryIntrinsic(
        is_signed ? llvm::Intrinsic::ssub_sat : llvm::Intrinsic::usub_sat, x, y);
  }
  if (c.operation == "hadd") return average(c, false);
  if (c.operation == "rhadd") return average(c, true);
  if (c.operation == "mul_hi") return high_product(c);
  if (c.operation == "mul24") return b.CreateMul(x, y);
  if (c.operation == "rotate")
    return b.CreateIntrinsic(llvm::Intrinsic::fshl, {c.type()}, {x, x, y});
  return nullptr;
}

Value* ternary(AirCall& c) {
  auto& b = c.b;
  Value *x = c.arg(0), *y = c.arg(1), *z = c.arg(2);
  if (c.operation == "clamp") return least(c, greatest(c, x, y), z);
  if (c.operation == "min3") return least(c, least(c, x, y), z);
  if (c.operation == "max3") return greatest(c, greatest(c, x, y), z);
  if (c.operation == "median3") return greatest(c, least(c, x, y), least(c, greatest(c, x, y), z));
  if (c.operation == "mad_hi") return b.CreateAdd(high_product(c), z);
  if (c.operation == "mad_sat") return multiply_add_saturated(c);
  if (c.operation == "mad24") return b.CreateAdd(b.CreateMul(x, y), z);
  return nullptr;
}

Value* any_or_all(AirCall& c) {
  if (c.args() != 1 || !c.type()->isIntegerTy(1)) return nullptr;
  Value* x = c.arg(0);
  if (!x->getType()->isVectorTy() || !x->getType()->getScalarType()->isIntegerTy(1)) return nullptr;
  return c.operation == "any" ? c.b.CreateOrReduce(x) : c.b.CreateAndReduce(x);
}

}  // namespace

Value* emit_integer(AirCall& c) {
  if (c.operation == "any" || c.operation == "all") return any_or_all(c);
  if (!c.type()->getScalarType()->isIntegerTy() || c.args() == 0) return nullptr;
  if (c.operation == "extract_bits") return extract_bits(c);
  if (c.operation == "insert_bits") return insert_bits(c);
  if (c.operation == "clz" || c.operation == "ctz") {  // (x, is zero undefined)
    if (c.args() != 2 || c.arg(0)->getType() != c.type()) return nullptr;
    const ID id = c.operation == "clz" ? llvm::Intrinsic::ctlz : llvm::Intrinsic::cttz;
    return c.b.CreateBinaryIntrinsic(id, c.arg(0), c.b.getFalse());
  }
  if (!c.all_of_result_type(c.args())) return nullptr;
  if (c.args() == 1) return unary(c);
  if (c.args() == 2) return binary(c);
  return c.args() == 3 ? ternary(c) : nullptr;
}

}  // namespace tinsmith::cpu
