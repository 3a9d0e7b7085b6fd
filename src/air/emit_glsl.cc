// SPDX-License-Identifier: Apache-2.0
// The extended instructions of GLSL.std.450: those that are one air.* function as a table, those
// that take a few operations written out, and where the long ones are.
#include <llvm/IR/Constants.h>
#include <spirv/unified1/GLSL.std.450.h>

#include <array>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;

struct Row {
  GLSLstd450 number;
  const char* name;  // after "air."
  unsigned arguments;
};

// Round: halves may go either way; to even is what other implementations do.
constexpr Row kFunctions[] = {
    {GLSLstd450Round, "rint", 1},  {GLSLstd450RoundEven, "rint", 1},
    {GLSLstd450Trunc, "trunc", 1}, {GLSLstd450FAbs, "fabs", 1},
    {GLSLstd450Floor, "floor", 1}, {GLSLstd450Ceil, "ceil", 1},
    {GLSLstd450Sin, "sin", 1},     {GLSLstd450Cos, "cos", 1},
    {GLSLstd450Tan, "tan", 1},     {GLSLstd450Asin, "asin", 1},
    {GLSLstd450Acos, "acos", 1},   {GLSLstd450Atan, "atan", 1},
    {GLSLstd450Sinh, "sinh", 1},   {GLSLstd450Cosh, "cosh", 1},
    {GLSLstd450Tanh, "tanh", 1},   {GLSLstd450Asinh, "asinh", 1},
    {GLSLstd450Acosh, "acosh", 1}, {GLSLstd450Atanh, "atanh", 1},
    {GLSLstd450Atan2, "atan2", 2}, {GLSLstd450Pow, "pow", 2},
    {GLSLstd450Exp, "exp", 1},     {GLSLstd450Log, "log", 1},
    {GLSLstd450Exp2, "exp2", 1},   {GLSLstd450Log2, "log2", 1},
    {GLSLstd450Sqrt, "sqrt", 1},   {GLSLstd450InverseSqrt, "rsqrt", 1},
    {GLSLstd450FMin, "fmin", 2},   {GLSLstd450FMax, "fmax", 2},
    {GLSLstd450NMin, "fmin", 2},   {GLSLstd450NMax, "fmax", 2},
    {GLSLstd450Fma, "fma", 3},
};

bool call(Emitter& e, const Row& row) {
  llvm::SmallVector<Value*, 3> v;
  if (!e.operands_like_result(row.arguments, v)) return false;
  if (!e.is_float(e.type())) return e.fail("needs floating point numbers");
  return e.result(e.air(row.name, e.type(), v));
}

// What is above the floor; never 1, to which the difference may round.
Value* fract(Emitter& e, Value* x) {
  const unsigned width = e.bits(x->getType());
  const double below_one = width == 16   ? 0x1.ffcp-1
                           : width == 32 ? 0x1.fffffep-1
                                         : 0x1.fffffffffffffp-1;
  Value* rest = e.b.CreateFSub(x, e.same("floor", {x}));
  return e.same("fmin", {rest, e.number(x->getType(), below_one)});
}

Value* sign(Emitter& e, Value* x) {
  Type* type = x->getType();
  Value* zero = e.number(type, 0);
  Value* negative = e.b.CreateSelect(e.b.CreateFCmpOLT(x, zero), e.number(type, -1), zero);
  return e.b.CreateSelect(e.b.CreateFCmpOGT(x, zero), e.number(type, 1), negative);
}

// t²(3 - 2t), t from 0 to 1 between the edges.
Value* smooth_step(Emitter& e, llvm::ArrayRef<Value*> v) {
  auto& b = e.b;
  Type* type = v[0]->getType();
  Value* t = b.CreateFDiv(b.CreateFSub(v[2], v[0]), b.CreateFSub(v[1], v[0]));
  t = e.clamp(t, e.number(type, 0), e.number(type, 1));
  Value* slope = b.CreateFSub(e.number(type, 3), b.CreateFMul(e.number(type, 2), t));
  return b.CreateFMul(b.CreateFMul(t, t), slope);
}

unsigned arguments_of(uint32_t number) {
  switch (number) {
    case GLSLstd450Step: return 2;
    case GLSLstd450SmoothStep:
    case GLSLstd450FMix:
    case GLSLstd450FClamp:
    case GLSLstd450NClamp: return 3;
    default: return 1;
  }
}

// A few operations on floats of the result's type.
bool composed(Emitter& e, uint32_t number) {
  llvm::SmallVector<Value*, 3> v;
  if (!e.operands_like_result(arguments_of(number), v)) return false;
  Type* type = e.type();
  if (!e.is_float(type)) return e.fail("needs floating point numbers");
  auto& b = e.b;
  switch (number) {
    case GLSLstd450Radians:
      return e.result(b.CreateFMul(v[0], e.number(type, 0.017453292519943295)));
    case GLSLstd450Degrees: return e.result(b.CreateFMul(v[0], e.number(type, 57.29577951308232)));
    case GLSLstd450Fract: return e.result(fract(e, v[0]));
    case GLSLstd450FSign: return e.result(sign(e, v[0]));
    case GLSLstd450FMix:
      return e.result(b.CreateFAdd(v[0], b.CreateFMul(b.CreateFSub(v[1], v[0]), v[2])));
    case GLSLstd450Step:
      return e.result(
          b.CreateSelect(b.CreateFCmpOLT(v[1], v[0]), e.number(type, 0), e.number(type, 1)));
    case GLSLstd450SmoothStep: return e.result(smooth_step(e, v));
    default: return e.result(e.clamp(v[0], v[1], v[2]));
  }
}

bool of_integers(Emitter& e, uint32_t number) {
  const bool clamps = number == GLSLstd450UClamp || number == GLSLstd450SClamp;
  llvm::SmallVector<Value*, 3> v;
  if (!e.operands_like_result(clamps ? 3 : number == GLSLstd450SAbs ? 1 : 2, v)) return false;
  if (!e.is_integer(e.type())) return e.fail("needs integers");
  switch (number) {
    case GLSLstd450UMin: return e.result(e.lesser(v[0], v[1], false));
    case GLSLstd450SMin: return e.result(e.lesser(v[0], v[1], true));
    case GLSLstd450UMax: return e.result(e.lesser(v[0], v[1], false, true));
    case GLSLstd450SMax: return e.result(e.lesser(v[0], v[1], true, true));
    case GLSLstd450SAbs: {
      if (e.is_seen("abs.s", e.type())) return e.result(e.same("abs.s", {v[0]}));
      Value* zero = e.integer(e.type(), 0);
      return e.result(
          e.b.CreateSelect(e.b.CreateICmpSLT(v[0], zero), e.b.CreateSub(zero, v[0]), v[0]));
    }
    default: {
      const bool is_signed = number == GLSLstd450SClamp;
      return e.result(e.lesser(e.lesser(v[0], v[1], is_signed, true), v[2], is_signed));
    }
  }
}

bool sign_of_integer(Emitter& e) {
  Type* type = e.type();
  Value* x = type == nullptr ? nullptr : e.operand(0, type);
  if (x == nullptr) return false;
  if (!e.is_integer(type)) return e.fail("needs integers");
  Value* zero = e.integer(type, 0);
  Value* positive = e.b.CreateSelect(e.b.CreateICmpSGT(x, zero), e.integer(type, 1), zero);
  Value* minus_one = llvm::Constant::getAllOnesValue(type);
  return e.result(e.b.CreateSelect(e.b.CreateICmpSLT(x, zero), minus_one, positive));
}

bool ldexp(Emitter& e) {
  Type* type = e.type();
  Value* x = type == nullptr ? nullptr : e.operand(0, type);
  Value* exponent = x == nullptr ? nullptr : e.operand(1);
  if (exponent == nullptr) return false;
  if (!e.is_float(type) || !e.is_integer(exponent->getType()) ||
      e.lanes(type) != e.lanes(exponent->getType())) {
    return e.fail("needs floating point numbers and as many integers");
  }
  exponent = e.convert(exponent, 's', e.with_element(type, e.b.getInt32Ty()), 's');
  return e.result(e.air("ldexp", type, {x, exponent}));
}

bool pack_double(Emitter& e, bool pack) {
  Type* type = e.type();
  Value* x = e.operand(0);
  if (x == nullptr || type == nullptr) return false;
  Type* pair = llvm::FixedVectorType::get(e.b.getInt32Ty(), 2);
  Type* number = e.b.getDoubleTy();
  if (x->getType() != (pack ? pair : number) || type != (pack ? number : pair)) {
    return e.fail("is between a vector of two 32-bit integers and a 64-bit number");
  }
  return e.result(e.bitcast(x, type));
}

bool long_ones(Emitter& e, uint32_t number) {
  switch (number) {
    case GLSLstd450Determinant: return emit_determinant(e);
    case GLSLstd450MatrixInverse: return emit_inverse(e);
    case GLSLstd450Modf: return emit_modf(e, false);
    case GLSLstd450ModfStruct: return emit_modf(e, true);
    case GLSLstd450Frexp: return emit_frexp(e, false);
    case GLSLstd450FrexpStruct: return emit_frexp(e, true);
    case GLSLstd450Ldexp: return ldexp(e);
    case GLSLstd450SSign: return sign_of_integer(e);
    case GLSLstd450FindILsb: return emit_find_bit(e, true, false);
    case GLSLstd450FindSMsb: return emit_find_bit(e, false, true);
    case GLSLstd450FindUMsb: return emit_find_bit(e, false, false);
    case GLSLstd450PackSnorm4x8: return emit_pack(e, true, 4);
    case GLSLstd450PackUnorm4x8: return emit_pack(e, false, 4);
    case GLSLstd450PackSnorm2x16: return emit_pack(e, true, 2);
    case GLSLstd450PackUnorm2x16: return emit_pack(e, false, 2);
    case GLSLstd450PackHalf2x16: return emit_pack_half(e);
    case GLSLstd450PackDouble2x32: return pack_double(e, true);
    case GLSLstd450UnpackSnorm4x8: return emit_unpack(e, true, 4);
    case GLSLstd450UnpackUnorm4x8: return emit_unpack(e, false, 4);
    case GLSLstd450UnpackSnorm2x16: return emit_unpack(e, true, 2);
    case GLSLstd450UnpackUnorm2x16: return emit_unpack(e, false, 2);
    case GLSLstd450UnpackHalf2x16: return emit_unpack_half(e);
    case GLSLstd450UnpackDouble2x32: return pack_double(e, false);
    case GLSLstd450Length:
    case GLSLstd450Distance:
    case GLSLstd450Cross:
    case GLSLstd450Normalize:
    case GLSLstd450FaceForward:
    case GLSLstd450Reflect:
    case GLSLstd450Refract: return emit_geometry(e, number);
    default: return e.fail("not supported: number " + std::to_string(number) + " of GLSL.std.450");
  }
}

}  // namespace

bool emit_glsl(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst, 2);
  const uint32_t number = inst.operand(1);
  for (const Row& row : kFunctions) {
    if (row.number == number) return call(e, row);
  }
  switch (number) {
    case GLSLstd450Radians:
    case GLSLstd450Degrees:
    case GLSLstd450Fract:
    case GLSLstd450FSign:
    case GLSLstd450FMix:
    case GLSLstd450Step:
    case GLSLstd450SmoothStep:
    case GLSLstd450FClamp:
    case GLSLstd450NClamp: return composed(e, number);
    case GLSLstd450SAbs:
    case GLSLstd450UMin:
    case GLSLstd450SMin:
    case GLSLstd450UMax:
    case GLSLstd450SMax:
    case GLSLstd450UClamp:
    case GLSLstd450SClamp: return of_integers(e, number);
    default: return long_ones(e, number);
  }
}

}  // namespace tinsmith::air
