// SPDX-License-Identifier: Apache-2.0
// Shifts, bitwise logic and bit fields. A shift by the width or more is undefined in SPIR-V and
// poison in LLVM: counts are masked, as GPUs do.
#include <llvm/IR/Constants.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;
using spv::Op;

Value* below_width(Emitter& e, Value* count) {
  return e.b.CreateAnd(count, e.integer(count->getType(), e.bits(count->getType()) - 1));
}

// An integer operand of any width, scalar or of the result's shape, as the result's type.
Value* as_result(Emitter& e, size_t i) {
  Value* value = e.operand(i);
  if (value == nullptr) return nullptr;
  Type* type = e.type();
  if (type == nullptr || !e.is_integer(value->getType()) || !e.is_integer(type)) {
    e.fail("needs integers");
    return nullptr;
  }
  if (!value->getType()->isVectorTy()) {
    return e.splat(e.b.CreateZExtOrTrunc(value, type->getScalarType()), type);
  }
  if (e.lanes(value->getType()) != e.lanes(type)) {
    e.fail("needs vectors of one length");
    return nullptr;
  }
  return e.convert(value, 'u', type, 'u');
}

bool shift(Emitter& e) {
  Type* type = e.type();
  Value* base = type == nullptr ? nullptr : e.operand(0, type);
  Value* count = base == nullptr ? nullptr : as_result(e, 1);
  if (count == nullptr) return false;
  count = below_width(e, count);
  if (e.inst.op == Op::OpShiftLeftLogical) return e.result(e.b.CreateShl(base, count));
  if (e.inst.op == Op::OpShiftRightLogical) return e.result(e.b.CreateLShr(base, count));
  return e.result(e.b.CreateAShr(base, count));
}

bool logic(Emitter& e) {
  llvm::SmallVector<Value*, 2> v;
  if (!e.operands_like_result(e.inst.op == Op::OpNot ? 1 : 2, v)) return false;
  if (!e.is_integer(e.type())) return e.fail("needs integers");
  switch (e.inst.op) {
    case Op::OpBitwiseAnd: return e.result(e.b.CreateAnd(v[0], v[1]));
    case Op::OpBitwiseOr: return e.result(e.b.CreateOr(v[0], v[1]));
    case Op::OpBitwiseXor: return e.result(e.b.CreateXor(v[0], v[1]));
    default: return e.result(e.b.CreateXor(v[0], llvm::Constant::getAllOnesValue(v[0]->getType())));
  }
}

// `count` ones at the bottom, also for a count of 0 and of the whole width.
Value* low_ones(Emitter& e, Value* count) {
  Type* type = count->getType();
  Value* all = llvm::Constant::getAllOnesValue(type);
  Value* unused = e.b.CreateSub(e.integer(type, e.bits(type)), count);
  Value* ones = e.b.CreateLShr(all, below_width(e, unused));
  return e.b.CreateSelect(e.b.CreateICmpEQ(count, e.integer(type, 0)), e.integer(type, 0), ones);
}

bool insert_field(Emitter& e) {
  llvm::SmallVector<Value*, 2> v;
  if (!e.operands_like_result(2, v)) return false;
  if (!e.is_integer(e.type())) return e.fail("needs integers");
  Value *offset = as_result(e, 2), *count = as_result(e, 3);
  if (offset == nullptr || count == nullptr) return false;
  offset = below_width(e, offset);
  Value* mask = e.b.CreateShl(low_ones(e, count), offset);
  Value* kept =
      e.b.CreateAnd(v[0], e.b.CreateXor(mask, llvm::Constant::getAllOnesValue(v[0]->getType())));
  return e.result(e.b.CreateOr(kept, e.b.CreateAnd(e.b.CreateShl(v[1], offset), mask)));
}

bool extract_field(Emitter& e) {
  Type* type = e.type();
  Value* base = type == nullptr ? nullptr : e.operand(0, type);
  if (base == nullptr) return false;
  if (!e.is_integer(type)) return e.fail("needs integers");
  Value *offset = as_result(e, 1), *count = as_result(e, 2);
  if (offset == nullptr || count == nullptr) return false;
  if (e.inst.op == Op::OpBitFieldUExtract) {
    Value* field = e.b.CreateLShr(base, below_width(e, offset));
    return e.result(e.b.CreateAnd(field, low_ones(e, count)));
  }
  Value* unused = e.b.CreateSub(e.integer(type, e.bits(type)), count);
  Value* above = below_width(e, e.b.CreateSub(unused, offset));
  Value* field = e.b.CreateAShr(e.b.CreateShl(base, above), below_width(e, unused));
  Value* zero = e.integer(type, 0);
  return e.result(e.b.CreateSelect(e.b.CreateICmpEQ(count, zero), zero, field));
}

bool count_or_reverse(Emitter& e) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!e.is_integer(x->getType()) || !e.is_integer(type) ||
      e.lanes(type) != e.lanes(x->getType())) {
    return e.fail("needs integers");
  }
  if (e.inst.op == Op::OpBitReverse) return e.result(e.same("reverse_bits", {x}));
  return e.result(e.convert(e.same("popcount", {x}), 'u', type, 'u'));
}

}  // namespace

bool emit_bits(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst);
  switch (inst.op) {
    case Op::OpShiftLeftLogical:
    case Op::OpShiftRightLogical:
    case Op::OpShiftRightArithmetic: return shift(e);
    case Op::OpBitwiseAnd:
    case Op::OpBitwiseOr:
    case Op::OpBitwiseXor:
    case Op::OpNot: return logic(e);
    case Op::OpBitFieldInsert: return insert_field(e);
    case Op::OpBitFieldSExtract:
    case Op::OpBitFieldUExtract: return extract_field(e);
    case Op::OpBitReverse:
    case Op::OpBitCount: return count_or_reverse(e);
    default: return e.fail("not supported");
  }
}

bool emit_find_bit(Emitter& e, bool least, bool is_signed) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!e.is_integer(x->getType()) || e.lanes(type) != e.lanes(x->getType())) {
    return e.fail("needs integers");
  }
  Type* from = x->getType();
  // Of a negative number, the highest bit that is not a sign.
  if (is_signed) x = e.b.CreateXor(x, e.b.CreateAShr(x, e.integer(from, e.bits(from) - 1)));
  Value* zeros = e.air(least ? "ctz" : "clz", from, {x, e.b.getFalse()});
  Value* position = least ? zeros : e.b.CreateSub(e.integer(from, e.bits(from) - 1), zeros);
  Value* none = llvm::Constant::getAllOnesValue(from);
  Value* is_zero = e.b.CreateICmpEQ(x, e.integer(from, 0));
  return e.result(e.convert(e.b.CreateSelect(is_zero, none, position), 's', type, 's'));
}

}  // namespace tinsmith::air
