// SPDX-License-Identifier: Apache-2.0
// Floats in parts: frexp and modf by bits (Apple's own are calls into its run time, which a library
// of ours cannot make), and numbers packed into the fields of a word.
#include <llvm/IR/Constants.h>

#include <cmath>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;

// Stores through the pointer operand, where the second result goes there, or gives both.
bool second_result(Emitter& e, Value* value, Value* other, bool as_struct) {
  if (as_struct) return e.result(value, other);
  const Place* place = e.lowering.place(e.id(1));
  return place != nullptr && e.lowering.store(*place, other) && e.result(value);
}

// The type that the second result has: of the struct, or of what the pointer points to.
Type* second_type(Emitter& e, bool as_struct) {
  if (as_struct) {
    auto* record = llvm::dyn_cast_or_null<llvm::StructType>(e.type());
    if (record != nullptr && record->getNumElements() == 2) return record->getElementType(1);
    e.fail("needs a struct of two as result");
    return nullptr;
  }
  const Place* place = e.lowering.place(e.id(1));
  if (place == nullptr) return nullptr;
  if (place->layout == nullptr) {
    e.fail("needs a pointer to memory");
    return nullptr;
  }
  return e.lowering.llvm_type(place->layout->type_id);
}

Value* float_operand(Emitter& e) {
  Value* x = e.operand(0);
  if (x != nullptr && !e.is_float(x->getType())) {
    e.fail("needs floating point numbers");
    return nullptr;
  }
  return x;
}

struct Format {
  unsigned fraction, bias;
  uint64_t exponent_mask;
};
Format format_of(Type* type) {
  if (type->getScalarType()->isHalfTy()) return {10, 15, 0x1f};
  if (type->getScalarType()->isFloatTy()) return {23, 127, 0xff};
  return {52, 1023, 0x7ff};
}

}  // namespace

bool emit_frexp(Emitter& e, bool as_struct) {
  Value* x = float_operand(e);
  Type* exponents = x == nullptr ? nullptr : second_type(e, as_struct);
  if (exponents == nullptr) return false;
  Type* type = x->getType();
  if (!e.is_integer(exponents) || e.lanes(exponents) != e.lanes(type)) {
    return e.fail("needs integers for the exponents");
  }
  auto& b = e.b;
  Type* ints = e.integers_like(type);
  const Format format = format_of(type);
  const auto constant = [&](uint64_t value) { return e.integer(ints, value); };
  const auto exponent_of = [&](Value* pattern) {
    return b.CreateAnd(b.CreateLShr(pattern, constant(format.fraction)),
                       constant(format.exponent_mask));
  };
  // Numbers too small to be normal are first scaled up.
  const double scale = std::ldexp(1.0, static_cast<int>(format.fraction) + 1);
  Value* is_small = b.CreateICmpEQ(exponent_of(b.CreateBitCast(x, ints)), constant(0));
  Value* scaled = b.CreateSelect(is_small, b.CreateFMul(x, e.number(type, scale)), x);
  Value* pattern = b.CreateBitCast(scaled, ints);
  Value* biased = exponent_of(pattern);
  Value* bias =
      b.CreateSelect(is_small, constant(format.bias + format.fraction), constant(format.bias - 1));
  const uint64_t field = format.exponent_mask << format.fraction;
  Value* significand = b.CreateOr(b.CreateAnd(pattern, constant(~field)),
                                  constant(uint64_t{format.bias - 1} << format.fraction));
  Value* is_plain = b.CreateAnd(b.CreateFCmpUNE(x, e.number(type, 0.0)),
                                b.CreateICmpNE(biased, constant(format.exponent_mask)));
  Value* exponent = b.CreateSelect(is_plain, b.CreateSub(biased, bias), constant(0));
  Value* result = b.CreateSelect(is_plain, b.CreateBitCast(significand, type), x);
  return second_result(e, result, e.convert(exponent, 's', exponents, 's'), as_struct);
}

bool emit_modf(Emitter& e, bool as_struct) {
  Value* x = float_operand(e);
  Type* wholes = x == nullptr ? nullptr : second_type(e, as_struct);
  if (wholes == nullptr) return false;
  if (wholes != x->getType()) return e.fail("needs numbers of one type");
  Type* type = x->getType();
  Value* whole = e.same("trunc", {x});
  Value* infinity = e.number(type, HUGE_VAL);
  Value* is_infinite = e.b.CreateFCmpOEQ(e.absolute(x), infinity);
  Value* rest = e.b.CreateSelect(is_infinite, e.number(type, 0.0), e.b.CreateFSub(x, whole));
  return second_result(e, e.copysign(rest, x), whole, as_struct);
}

bool emit_pack(Emitter& e, bool is_signed, unsigned fields) {
  Value* x = float_operand(e);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!x->getType()->getScalarType()->isFloatTy() || e.lanes(x->getType()) != fields ||
      !type->isIntegerTy(32)) {
    return e.fail("packs " + std::to_string(fields) + " 32-bit floats into a 32-bit integer");
  }
  const unsigned width = 32 / fields;
  const double scale = static_cast<double>((1u << (is_signed ? width - 1 : width)) - 1);
  Type* floats = x->getType();
  x = e.clamp(x, e.number(floats, is_signed ? -1 : 0), e.number(floats, 1));
  x = e.same("rint", {e.b.CreateFMul(x, e.number(floats, scale))});
  Type* words = e.with_element(floats, e.b.getInt32Ty());
  x = e.convert(x, 'f', words, 's');
  Value* result = nullptr;
  for (unsigned i = 0; i < fields; ++i) {
    Value* field = e.b.CreateAnd(e.lane(x, i), e.b.getInt32((1u << width) - 1));
    field = e.b.CreateShl(field, e.b.getInt32(i * width));
    result = result == nullptr ? field : e.b.CreateOr(result, field);
  }
  return e.result(result);
}

bool emit_unpack(Emitter& e, bool is_signed, unsigned fields) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!x->getType()->isIntegerTy(32) || !type->getScalarType()->isFloatTy() ||
      e.lanes(type) != fields) {
    return e.fail("unpacks a 32-bit integer into " + std::to_string(fields) + " 32-bit floats");
  }
  const unsigned width = 32 / fields;
  const double scale = static_cast<double>((1u << (is_signed ? width - 1 : width)) - 1);
  llvm::SmallVector<Value*, 4> parts;
  for (unsigned i = 0; i < fields; ++i) {
    Value* at_top = e.b.CreateShl(x, e.b.getInt32(32 - width * (i + 1)));
    Value* down = e.b.getInt32(32 - width);
    parts.push_back(is_signed ? e.b.CreateAShr(at_top, down) : e.b.CreateLShr(at_top, down));
  }
  Value* numbers = e.convert(e.vector(parts), is_signed ? 's' : 'u', type, 'f');
  numbers = e.b.CreateFDiv(numbers, e.number(type, scale));
  if (is_signed) numbers = e.clamp(numbers, e.number(type, -1), e.number(type, 1));
  return e.result(numbers);
}

bool emit_pack_half(Emitter& e) {
  Value* x = float_operand(e);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!x->getType()->getScalarType()->isFloatTy() || e.lanes(x->getType()) != 2 ||
      !type->isIntegerTy(32)) {
    return e.fail("packs two 32-bit floats into a 32-bit integer");
  }
  Value* halves = e.convert(x, 'f', e.with_element(x->getType(), e.b.getHalfTy()), 'f');
  return e.result(e.bitcast(halves, type));
}

bool emit_unpack_half(Emitter& e) {
  Value* x = e.operand(0);
  Type* type = e.type();
  if (x == nullptr || type == nullptr) return false;
  if (!x->getType()->isIntegerTy(32) || !type->getScalarType()->isFloatTy() || e.lanes(type) != 2) {
    return e.fail("unpacks a 32-bit integer into two 32-bit floats");
  }
  Value* halves = e.bitcast(x, e.with_element(type, e.b.getHalfTy()));
  return e.result(e.convert(halves, 'f', type, 'f'));
}

}  // namespace tinsmith::air
