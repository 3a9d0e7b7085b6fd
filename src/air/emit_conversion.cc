// SPDX-License-Identifier: Apache-2.0
// Conversions between numbers. Which are calls of air.convert and which native is
// Emitter::convert's knowledge; here is what SPIR-V asks of them.
#include <llvm/IR/Constants.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;
using spv::Op;

bool is_kind(Emitter& e, Type* type, char kind) {
  return kind == 'f' ? e.is_float(type) : e.is_integer(type);
}

bool convert(Emitter& e, char from, char to) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!is_kind(e, x->getType(), from) || !is_kind(e, type, to) ||
      e.lanes(type) != e.lanes(x->getType())) {
    return e.fail("needs numbers of the kinds in its name, and as many as it gives");
  }
  return e.result(e.convert(x, from, type, to));
}

// Integers to the nearest that the other signedness has.
bool saturate(Emitter& e, bool to_signed) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  Type* from = x->getType();
  if (!e.is_integer(from) || !e.is_integer(type) || e.lanes(type) != e.lanes(from)) {
    return e.fail("needs integers");
  }
  const unsigned width = e.bits(type);
  using llvm::APInt;
  const APInt top = to_signed ? APInt::getSignedMaxValue(width) : APInt::getMaxValue(width);
  if (!to_signed) x = e.lesser(x, e.integer(from, 0), true, true);
  // Not negative any more, or never was: the upper bound is compared without sign.
  const bool may_exceed = to_signed ? width <= e.bits(from) : width < e.bits(from);
  if (may_exceed) {
    x = e.lesser(x, llvm::ConstantInt::get(from, top.zextOrSelf(e.bits(from))), false);
  }
  return e.result(e.convert(x, 'u', type, 'u'));
}

bool is_plain(Type* type) { return type->isIntOrIntVectorTy() || type->isFPOrFPVectorTy(); }

bool bitcast(Emitter& e) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!is_plain(x->getType()) || !is_plain(type) || e.is_bool(x->getType()) || e.is_bool(type) ||
      x->getType()->getPrimitiveSizeInBits() != type->getPrimitiveSizeInBits()) {
    return e.fail("only numbers and vectors of numbers of the same size are reinterpreted");
  }
  return e.result(e.bitcast(x, type));
}

// What is too small for a normal half becomes zero.
bool quantize(Emitter& e) {
  Type* type = e.type();
  Value* x = type == nullptr ? nullptr : e.operand(0, type);
  if (x == nullptr) return false;
  if (!type->getScalarType()->isFloatTy()) return e.fail("needs 32-bit floating point numbers");
  Type* half = e.with_element(type, e.b.getHalfTy());
  Value* rounded = e.convert(e.convert(x, 'f', half, 'f'), 'f', type, 'f');
  Value* is_small = e.b.CreateFCmpOLT(e.absolute(x), e.number(type, 0x1p-14));
  Value* zero = e.copysign(e.number(type, 0.0), x);
  return e.result(e.b.CreateSelect(is_small, zero, rounded));
}

}  // namespace

bool emit_conversion(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst);
  switch (inst.op) {
    case Op::OpConvertFToU: return convert(e, 'f', 'u');
    case Op::OpConvertFToS: return convert(e, 'f', 's');
    case Op::OpConvertSToF: return convert(e, 's', 'f');
    case Op::OpConvertUToF: return convert(e, 'u', 'f');
    case Op::OpUConvert: return convert(e, 'u', 'u');
    case Op::OpSConvert: return convert(e, 's', 's');
    case Op::OpFConvert: return convert(e, 'f', 'f');
    case Op::OpSatConvertSToU: return saturate(e, false);
    case Op::OpSatConvertUToS: return saturate(e, true);
    case Op::OpQuantizeToF16: return quantize(e);
    case Op::OpBitcast: return bitcast(e);
    default: return e.fail("not supported");
  }
}

}  // namespace tinsmith::air
