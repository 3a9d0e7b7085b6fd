// SPDX-License-Identifier: Apache-2.0
// air.convert.<kind>.<type>.<kind>.<type> (kinds f, s, u) and the pack/unpack family. Float to
// integer saturates and NaN gives 0, as GPUs do; to i1 it asks "not zero". Written with compares
// and selects rather than llvm.fptosi.sat, which LLVM 14 does not vectorise.
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

#include "cpu/intrinsics_call.h"

namespace tinsmith::cpu {

using llvm::APFloat;
using llvm::APInt;
using llvm::ConstantFP;
using llvm::ConstantInt;
using llvm::Type;
using llvm::Value;

Type* with_element(Type* type, Type* element) {
  if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type)) {
    return llvm::FixedVectorType::get(element, vector->getNumElements());
  }
  return element;
}

namespace {

// double -> float, rounded to odd: a second rounding to half then errs no further than one would.
Value* to_odd_float(llvm::IRBuilder<>& b, Value* value) {
  Type* to = with_element(value->getType(), b.getFloatTy());
  Type* bits = with_element(value->getType(), b.getInt32Ty());
  Value* nearest = b.CreateFPTrunc(value, to);
  Value* back = b.CreateFPExt(nearest, value->getType());
  Value* pattern = b.CreateBitCast(nearest, bits);
  Value* magnitude = b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, value);
  Value* too_far = b.CreateFCmpOGT(b.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, back), magnitude);
  Value* toward_zero = b.CreateSub(pattern, b.CreateZExt(too_far, bits));
  Value* odd = b.CreateOr(toward_zero, ConstantInt::get(bits, 1));
  // Equal, or NaN, which has no neighbours.
  Value* exact = b.CreateFCmpUEQ(back, value);
  return b.CreateBitCast(b.CreateSelect(exact, pattern, odd), to);
}

// The bounds of the integers as floats: `low` itself, and the greatest float not above the greatest
// integer; where that one is less than the greatest integer, greater floats need a look.
Value* float_to_integer(llvm::IRBuilder<>& b, Value* value, Type* type, bool is_signed) {
  if (value->getType()->getScalarType()->isHalfTy()) {
    value = b.CreateFPExt(value, with_element(value->getType(), b.getFloatTy()));
  }
  Type* from = value->getType();
  if (type->getScalarType()->isIntegerTy(1)) {
    return b.CreateFCmpUNE(value, ConstantFP::get(from, 0.0));
  }
  const unsigned bits = type->getScalarSizeInBits();
  const APInt least = is_signed ? APInt::getSignedMinValue(bits) : APInt::getNullValue(bits);
  const APInt greatest = is_signed ? APInt::getSignedMaxValue(bits) : APInt::getMaxValue(bits);
  APFloat low(from->getScalarType()->getFltSemantics()), high(low.getSemantics());
  low.convertFromAPInt(least, is_signed, APFloat::rmTowardZero);
  const bool exact =
      high.convertFromAPInt(greatest, is_signed, APFloat::rmTowardZero) == APFloat::opOK;
  Value* lowest = ConstantFP::get(from, low);
  Value* highest = ConstantFP::get(from, high);
  // NaN fails both comparisons of the first line and becomes `low`.
  Value* clamped = b.CreateSelect(b.CreateFCmpOGT(value, lowest), value, lowest);
  clamped = b.CreateSelect(b.CreateFCmpOLT(clamped, highest), clamped, highest);
  Value* result = is_signed ? b.CreateFPToSI(clamped, type) : b.CreateFPToUI(clamped, type);
  if (!exact) {
    Value* above = b.CreateFCmpOGT(value, highest);
    result = b.CreateSelect(above, ConstantInt::get(type, greatest), result);
  }
  if (!is_signed) return result;
  Value* is_nan = b.CreateFCmpUNO(value, ConstantFP::get(from, 0.0));
  return b.CreateSelect(is_nan, llvm::Constant::getNullValue(type), result);
}

Value* integer_to_float(llvm::IRBuilder<>& b, Value* value, Type* type, bool is_signed) {
  Type* wide = type;
  if (type->getScalarType()->isHalfTy()) wide = with_element(type, b.getFloatTy());
  Value* result = is_signed ? b.CreateSIToFP(value, wide) : b.CreateUIToFP(value, wide);
  return wide == type ? result : b.CreateFPTrunc(result, type);
}

bool same_shape(Type* a, Type* b) {
  auto* va = llvm::dyn_cast<llvm::FixedVectorType>(a);
  auto* vb = llvm::dyn_cast<llvm::FixedVectorType>(b);
  if (va == nullptr || vb == nullptr) return va == vb && !a->isVectorTy() && !b->isVectorTy();
  return va->getNumElements() == vb->getNumElements();
}

bool is_kind(llvm::StringRef kind, Type* type) {
  Type* element = type->getScalarType();
  if (kind == "f") return element->isHalfTy() || element->isFloatTy() || element->isDoubleTy();
  return (kind == "s" || kind == "u") && element->isIntegerTy();
}

}  // namespace

Value* convert_float(llvm::IRBuilder<>& b, Value* value, Type* type) {
  if (value->getType()->getScalarType()->isDoubleTy() && type->getScalarType()->isHalfTy()) {
    value = to_odd_float(b, value);
  }
  return b.CreateFPCast(value, type);
}

Value* emit_convert(AirCall& c) {
  if (c.rest.size() != 4 || c.args() != 1) return nullptr;
  const llvm::StringRef to = c.rest[0], from = c.rest[2];
  Value* value = c.arg(0);
  if (!is_kind(to, c.type()) || !is_kind(from, value->getType())) return nullptr;
  if (!same_shape(c.type(), value->getType())) return nullptr;
  if (to == "f") {
    if (from == "f") return convert_float(c.b, value, c.type());
    return integer_to_float(c.b, value, c.type(), from == "s");
  }
  if (from == "f") return float_to_integer(c.b, value, c.type(), to == "s");
  if (c.type()->getScalarType()->isIntegerTy(1)) {
    return c.b.CreateICmpNE(value, llvm::Constant::getNullValue(value->getType()));
  }
  return c.b.CreateIntCast(value, c.type(), from == "s");
}

namespace {

// "unorm4x8" -> 4 fields of 8 bits.
struct Packing {
  bool is_signed = false;
  unsigned fields = 0, bits = 0;
};

bool parse_packing(llvm::StringRef name, Packing& packing) {
  packing.is_signed = name.startswith("snorm");
  if (!packing.is_signed && !name.startswith("unorm")) return false;
  name = name.drop_front(5);
  if (name == "4x8") {
    packing.fields = 4;
    packing.bits = 8;
  } else if (name == "2x16") {
    packing.fields = 2;
    packing.bits = 16;
  }
  return packing.fields != 0;
}

double scale_of(const Packing& packing) {
  return static_cast<double>((1u << (packing.bits - (packing.is_signed ? 1 : 0))) - 1);
}

Value* pack(AirCall& c, const Packing& packing) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(c.arg(0)->getType());
  if (vector == nullptr || vector->getNumElements() != packing.fields) return nullptr;
  if (!is_kind("f", vector) || !c.type()->isIntegerTy(32)) return nullptr;
  auto& b = c.b;
  Type* floats = with_element(vector, b.getFloatTy());
  Value* value = convert_float(b, c.arg(0), floats);
  value = b.CreateMaxNum(value, ConstantFP::get(floats, packing.is_signed ? -1.0 : 0.0));
  value = b.CreateMinNum(value, ConstantFP::get(floats, 1.0));
  value = b.CreateFMul(value, ConstantFP::get(floats, scale_of(packing)));
  value = b.CreateUnaryIntrinsic(llvm::Intrinsic::rint, value);
  Type* fields = with_element(vector, b.getIntNTy(packing.bits));
  value = float_to_integer(b, value, fields, packing.is_signed);
  Value* result = b.getInt32(0);
  for (unsigned i = 0; i < packing.fields; ++i) {
    Value* field = b.CreateZExt(b.CreateExtractElement(value, i), b.getInt32Ty());
    result = b.CreateOr(result, b.CreateShl(field, i * packing.bits));
  }
  return result;
}

Value* unpack(AirCall& c, const Packing& packing) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(c.type());
  if (vector == nullptr || vector->getNumElements() != packing.fields) return nullptr;
  if (!is_kind("f", vector) || !c.arg(0)->getType()->isIntegerTy(32)) return nullptr;
  auto& b = c.b;
  Type* floats = with_element(vector, b.getFloatTy());
  Value* fields = llvm::UndefValue::get(with_element(vector, b.getIntNTy(packing.bits)));
  for (unsigned i = 0; i < packing.fields; ++i) {
    Value* field =
        b.CreateTrunc(b.CreateLShr(c.arg(0), i * packing.bits), b.getIntNTy(packing.bits));
    fields = b.CreateInsertElement(fields, field, i);
  }
  Value* value = integer_to_float(b, fields, floats, packing.is_signed);
  value = b.CreateFDiv(value, ConstantFP::get(floats, scale_of(packing)));
  if (packing.is_signed) value = b.CreateMaxNum(value, ConstantFP::get(floats, -1.0));
  return convert_float(b, value, c.type());
}

}  // namespace

Value* emit_pack(AirCall& c) {
  Packing packing;
  if (c.rest.size() != 2 || c.args() != 1 || !parse_packing(c.rest[0], packing)) return nullptr;
  return c.operation == "pack" ? pack(c, packing) : unpack(c, packing);
}

}  // namespace tinsmith::cpu
