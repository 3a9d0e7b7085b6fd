// SPDX-License-Identifier: Apache-2.0
// Comparisons, logic on bool, select, and what kind of number a float is (by its bits, so that it
// holds whatever the target's compiler assumes of floats).
#include <llvm/IR/Constants.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::CmpInst;
using llvm::Type;
using llvm::Value;
using spv::Op;

std::optional<CmpInst::Predicate> predicate(Op op) {
  switch (op) {
    case Op::OpIEqual: return CmpInst::ICMP_EQ;
    case Op::OpINotEqual: return CmpInst::ICMP_NE;
    case Op::OpUGreaterThan: return CmpInst::ICMP_UGT;
    case Op::OpSGreaterThan: return CmpInst::ICMP_SGT;
    case Op::OpUGreaterThanEqual: return CmpInst::ICMP_UGE;
    case Op::OpSGreaterThanEqual: return CmpInst::ICMP_SGE;
    case Op::OpULessThan: return CmpInst::ICMP_ULT;
    case Op::OpSLessThan: return CmpInst::ICMP_SLT;
    case Op::OpULessThanEqual: return CmpInst::ICMP_ULE;
    case Op::OpSLessThanEqual: return CmpInst::ICMP_SLE;
    case Op::OpFOrdEqual: return CmpInst::FCMP_OEQ;
    case Op::OpFUnordEqual: return CmpInst::FCMP_UEQ;
    case Op::OpFOrdNotEqual:
    case Op::OpLessOrGreater: return CmpInst::FCMP_ONE;
    case Op::OpFUnordNotEqual: return CmpInst::FCMP_UNE;
    case Op::OpFOrdLessThan: return CmpInst::FCMP_OLT;
    case Op::OpFUnordLessThan: return CmpInst::FCMP_ULT;
    case Op::OpFOrdGreaterThan: return CmpInst::FCMP_OGT;
    case Op::OpFUnordGreaterThan: return CmpInst::FCMP_UGT;
    case Op::OpFOrdLessThanEqual: return CmpInst::FCMP_OLE;
    case Op::OpFUnordLessThanEqual: return CmpInst::FCMP_ULE;
    case Op::OpFOrdGreaterThanEqual: return CmpInst::FCMP_OGE;
    case Op::OpFUnordGreaterThanEqual: return CmpInst::FCMP_UGE;
    case Op::OpOrdered: return CmpInst::FCMP_ORD;
    case Op::OpUnordered: return CmpInst::FCMP_UNO;
    default: return std::nullopt;
  }
}

bool compare(Emitter& e, CmpInst::Predicate how) {
  Value* x = e.operand(0);
  Value* y = x == nullptr ? nullptr : e.operand(1, x->getType());
  if (y == nullptr) return false;
  if (CmpInst::isFPPredicate(how)) {
    if (!e.is_float(x->getType())) return e.fail("needs floating point numbers");
    return e.result(e.b.CreateFCmp(how, x, y));
  }
  if (!e.is_integer(x->getType())) return e.fail("needs integers");
  return e.result(e.b.CreateICmp(how, x, y));
}

bool logic(Emitter& e) {
  llvm::SmallVector<Value*, 2> v;
  if (!e.operands_like_result(e.inst.op == Op::OpLogicalNot ? 1 : 2, v)) return false;
  if (!e.is_bool(e.type())) return e.fail("needs bool");
  Value* yes = llvm::Constant::getAllOnesValue(e.type());
  switch (e.inst.op) {
    case Op::OpLogicalAnd: return e.result(e.b.CreateAnd(v[0], v[1]));
    case Op::OpLogicalOr: return e.result(e.b.CreateOr(v[0], v[1]));
    case Op::OpLogicalNotEqual: return e.result(e.b.CreateXor(v[0], v[1]));
    case Op::OpLogicalEqual: return e.result(e.b.CreateXor(e.b.CreateXor(v[0], v[1]), yes));
    default: return e.result(e.b.CreateXor(v[0], yes));
  }
}

bool any_or_all(Emitter& e) {
  Value* x = e.operand(0);
  if (x == nullptr) return false;
  if (!e.is_bool(x->getType())) return e.fail("needs a vector of bool");
  Value* result = e.lane(x, 0);
  for (unsigned i = 1; i < e.lanes(x->getType()); ++i) {
    Value* next = e.lane(x, i);
    result = e.inst.op == Op::OpAny ? e.b.CreateOr(result, next) : e.b.CreateAnd(result, next);
  }
  return e.result(result);
}

bool select(Emitter& e) {
  Type* type = e.type();
  Value* condition = e.operand(0);
  if (type == nullptr || condition == nullptr) return false;
  Value *x = e.operand(1, type), *y = e.operand(2, type);
  if (x == nullptr || y == nullptr) return false;
  if (!e.is_bool(condition->getType()) ||
      (condition->getType()->isVectorTy() &&
       (!type->isVectorTy() || e.lanes(type) != e.lanes(condition->getType())))) {
    return e.fail("needs a bool, or as many as the values have components");
  }
  return e.result(e.b.CreateSelect(condition, x, y));
}

bool classify(Emitter& e) {
  Value* x = e.operand(0);
  if (x == nullptr) return false;
  if (!e.is_float(x->getType())) return e.fail("needs floating point numbers");
  Type* ints = e.integers_like(x->getType());
  const llvm::fltSemantics& semantics = x->getType()->getScalarType()->getFltSemantics();
  const auto constant = [&](const llvm::APInt& value) {
    return llvm::ConstantInt::get(ints, value);
  };
  Value* pattern = e.b.CreateBitCast(x, ints);
  Value* infinity = constant(llvm::APFloat::getInf(semantics).bitcastToAPInt());
  Value* magnitude = e.b.CreateAnd(pattern, constant(llvm::APInt::getSignedMaxValue(e.bits(ints))));
  switch (e.inst.op) {
    case Op::OpIsNan: return e.result(e.b.CreateICmpUGT(magnitude, infinity));
    case Op::OpIsInf: return e.result(e.b.CreateICmpEQ(magnitude, infinity));
    case Op::OpIsFinite: return e.result(e.b.CreateICmpULT(magnitude, infinity));
    case Op::OpSignBitSet: return e.result(e.b.CreateICmpSLT(pattern, e.integer(ints, 0)));
    default: {  // OpIsNormal
      Value* least = constant(llvm::APFloat::getSmallestNormalized(semantics).bitcastToAPInt());
      return e.result(e.b.CreateAnd(e.b.CreateICmpUGE(magnitude, least),
                                    e.b.CreateICmpULT(magnitude, infinity)));
    }
  }
}

}  // namespace

bool emit_comparison(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst);
  if (const auto how = predicate(inst.op)) return compare(e, *how);
  switch (inst.op) {
    case Op::OpLogicalAnd:
    case Op::OpLogicalOr:
    case Op::OpLogicalNot:
    case Op::OpLogicalEqual:
    case Op::OpLogicalNotEqual: return logic(e);
    case Op::OpAny:
    case Op::OpAll: return any_or_all(e);
    case Op::OpSelect: return select(e);
    case Op::OpIsNan:
    case Op::OpIsInf:
    case Op::OpIsFinite:
    case Op::OpIsNormal:
    case Op::OpSignBitSet: return classify(e);
    default: return e.fail("not supported");
  }
}

}  // namespace tinsmith::air
