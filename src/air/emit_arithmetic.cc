// SPDX-License-Identifier: Apache-2.0
// Arithmetic on numbers and vectors of numbers.
#include <llvm/IR/Constants.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::BinaryOperator;
using llvm::Type;
using llvm::Value;
using spv::Op;

// The LLVM instruction of a SPIR-V one, where there is one.
std::optional<BinaryOperator::BinaryOps> native(Op op) {
  switch (op) {
    case Op::OpIAdd: return BinaryOperator::Add;
    case Op::OpISub: return BinaryOperator::Sub;
    case Op::OpIMul: return BinaryOperator::Mul;
    case Op::OpUDiv: return BinaryOperator::UDiv;
    case Op::OpSDiv: return BinaryOperator::SDiv;
    case Op::OpUMod: return BinaryOperator::URem;
    case Op::OpSRem: return BinaryOperator::SRem;
    case Op::OpFAdd: return BinaryOperator::FAdd;
    case Op::OpFSub: return BinaryOperator::FSub;
    case Op::OpFMul: return BinaryOperator::FMul;
    case Op::OpFDiv: return BinaryOperator::FDiv;
    default: return std::nullopt;
  }
}

// x and y of the result's type, all numbers of the kind that the operation is for.
struct Pair {
  Value *x = nullptr, *y = nullptr;
};
std::optional<Pair> pair(Emitter& e, bool of_float) {
  llvm::SmallVector<Value*, 2> v;
  if (!e.operands_like_result(2, v)) return std::nullopt;
  if (of_float ? !e.is_float(e.type()) : !e.is_integer(e.type())) {
    e.fail(of_float ? "needs floating point numbers" : "needs integers");
    return std::nullopt;
  }
  return Pair{v[0], v[1]};
}

bool negate(Emitter& e, bool of_float) {
  Type* type = e.type();
  Value* x = type == nullptr ? nullptr : e.operand(0, type);
  if (x == nullptr) return false;
  if (of_float ? !e.is_float(type) : !e.is_integer(type)) return e.fail("needs numbers");
  return e.result(of_float ? e.negate(x) : e.b.CreateSub(e.integer(type, 0), x));
}

// A remainder with the sign of the divisor.
Value* signed_modulo(Emitter& e, Pair v) {
  Value* zero = e.integer(v.x->getType(), 0);
  Value* rest = e.b.CreateSRem(v.x, v.y);
  Value* differs = e.b.CreateICmpSLT(e.b.CreateXor(rest, v.y), zero);
  Value* adjust = e.b.CreateAnd(differs, e.b.CreateICmpNE(rest, zero));
  return e.b.CreateSelect(adjust, e.b.CreateAdd(rest, v.y), rest);
}

// As Vulkan derives it: x - y·floor(x / y).
Value* float_modulo(Emitter& e, Pair v) {
  Value* quotient = e.same("floor", {e.b.CreateFDiv(v.x, v.y)});
  return e.b.CreateFSub(v.x, e.b.CreateFMul(v.y, quotient));
}

// Results of two parts: {sum, carry}, {difference, borrow}, {low, high}.
bool two_results(Emitter& e) {
  auto* record = llvm::dyn_cast_or_null<llvm::StructType>(e.type());
  if (record == nullptr || record->getNumElements() == 0) return e.fail("needs a struct as result");
  Type* type = record->getElementType(0);
  Value *x = e.operand(0, type), *y = e.operand(1, type);
  if (x == nullptr || y == nullptr) return false;
  if (!e.is_integer(type)) return e.fail("needs integers");
  switch (e.inst.op) {
    case Op::OpIAddCarry: {
      Value* sum = e.b.CreateAdd(x, y);
      return e.result(sum, e.b.CreateZExt(e.b.CreateICmpULT(sum, x), type));
    }
    case Op::OpISubBorrow:
      return e.result(e.b.CreateSub(x, y), e.b.CreateZExt(e.b.CreateICmpULT(x, y), type));
    case Op::OpUMulExtended: return e.result(e.b.CreateMul(x, y), e.same("mul_hi.u", {x, y}));
    default: return e.result(e.b.CreateMul(x, y), e.same("mul_hi.s", {x, y}));
  }
}

}  // namespace

bool emit_arithmetic(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst);
  switch (inst.op) {
    case Op::OpSNegate: return negate(e, false);
    case Op::OpFNegate: return negate(e, true);
    case Op::OpSMod: {
      const auto v = pair(e, false);
      return v && e.result(signed_modulo(e, *v));
    }
    case Op::OpFMod: {
      const auto v = pair(e, true);
      return v && e.result(float_modulo(e, *v));
    }
    case Op::OpFRem: {
      const auto v = pair(e, true);
      return v && e.result(e.same("fmod", {v->x, v->y}));
    }
    case Op::OpIAddCarry:
    case Op::OpISubBorrow:
    case Op::OpUMulExtended:
    case Op::OpSMulExtended: return two_results(e);
    default: break;
  }
  const auto op = native(inst.op);
  if (!op) return e.fail("not supported");
  const bool of_float = *op == BinaryOperator::FAdd || *op == BinaryOperator::FSub ||
                        *op == BinaryOperator::FMul || *op == BinaryOperator::FDiv;
  const auto v = pair(e, of_float);
  return v && e.result(e.b.CreateBinOp(*op, v->x, v->y));
}

}  // namespace tinsmith::air
