// SPDX-License-Identifier: Apache-2.0
// The float operations. Three roads: an LLVM intrinsic (which the vectoriser and libmvec know), a
// function of libm for each lane, or arithmetic written out. half goes through float, and its fma
// through double, so that no operation is left to LLVM's soft half.
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Module.h>

#include <optional>
#include <string>

#include "cpu/intrinsics_call.h"

namespace tinsmith::cpu {
namespace {

using llvm::ConstantFP;
using llvm::Type;
using llvm::Value;
using llvm::Intrinsic::ID;
using Values = llvm::SmallVector<Value*, 4>;

Value* constant(Type* type, double value) { return ConstantFP::get(type, value); }

bool is_float(Type* type) {
  Type* element = type->getScalarType();
  return element->isHalfTy() || element->isFloatTy() || element->isDoubleTy();
}

// The bits of a float vector or scalar as integers of the same shape.
Type* bits_type(llvm::IRBuilder<>& b, Type* type) {
  return with_element(type, b.getIntNTy(type->getScalarSizeInBits()));
}
Value* bits_of(llvm::IRBuilder<>& b, Value* value) {
  return b.CreateBitCast(value, bits_type(b, value->getType()));
}

struct Plain {
  const char* name;
  ID id;
  unsigned args;
};
constexpr Plain kIntrinsics[] = {
    {"ceil", llvm::Intrinsic::ceil, 1},   {"cos", llvm::Intrinsic::cos, 1},
    {"exp", llvm::Intrinsic::exp, 1},     {"exp2", llvm::Intrinsic::exp2, 1},
    {"fabs", llvm::Intrinsic::fabs, 1},   {"floor", llvm::Intrinsic::floor, 1},
    {"fma", llvm::Intrinsic::fma, 3},     {"fmax", llvm::Intrinsic::maxnum, 2},
    {"fmin", llvm::Intrinsic::minnum, 2}, {"log", llvm::Intrinsic::log, 1},
    {"log10", llvm::Intrinsic::log10, 1}, {"log2", llvm::Intrinsic::log2, 1},
    {"pow", llvm::Intrinsic::pow, 2},     {"powr", llvm::Intrinsic::pow, 2},
    {"rint", llvm::Intrinsic::rint, 1},   {"round", llvm::Intrinsic::round, 1},
    {"sin", llvm::Intrinsic::sin, 1},     {"sqrt", llvm::Intrinsic::sqrt, 1},
    {"trunc", llvm::Intrinsic::trunc, 1},
};

struct FromLibm {
  const char* name;
  unsigned args;
};
constexpr FromLibm kLibm[] = {
    {"acos", 1},  {"acosh", 1}, {"asin", 1},  {"asinh", 1}, {"atan", 1}, {"atan2", 2},
    {"atanh", 1}, {"cosh", 1},  {"exp10", 1}, {"sinh", 1},  {"tan", 1},  {"tanh", 1},
};

// sinf, or sin for double: free of side effects, so that LLVM may vectorise and move it.
Value* call_libm(llvm::IRBuilder<>& b, const std::string& name, const Values& args) {
  Type* element = args[0]->getType();
  llvm::Module* module = b.GetInsertBlock()->getModule();
  llvm::SmallVector<Type*, 2> types(args.size(), element);
  const std::string symbol = name + (element->isFloatTy() ? "f" : "");
  llvm::FunctionCallee callee =
      module->getOrInsertFunction(symbol, llvm::FunctionType::get(element, types, false));
  if (auto* function = llvm::dyn_cast<llvm::Function>(callee.getCallee())) {
    function->addFnAttr(llvm::Attribute::NoUnwind);
    function->addFnAttr(llvm::Attribute::ReadNone);
    function->addFnAttr(llvm::Attribute::WillReturn);
  }
  return b.CreateCall(callee, args);
}

Value* for_each_lane(llvm::IRBuilder<>& b, const std::string& name, const Values& args) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(args[0]->getType());
  if (vector == nullptr) return call_libm(b, name, args);
  Value* result = llvm::UndefValue::get(vector);
  for (unsigned lane = 0; lane < vector->getNumElements(); ++lane) {
    Values scalars;
    for (Value* arg : args) scalars.push_back(b.CreateExtractElement(arg, lane));
    result = b.CreateInsertElement(result, call_libm(b, name, scalars), lane);
  }
  return result;
}

Value* unary(llvm::IRBuilder<>& b, ID id, Value* value) {
  return b.CreateUnaryIntrinsic(id, value);
}

// What is left above the floor: below 1 even where the subtraction rounds up to it.
Value* fract(llvm::IRBuilder<>& b, Value* x) {
  Type* type = x->getType();
  const bool is_double = type->getScalarType()->isDoubleTy();
  Value* below_one = constant(type, is_double ? 0x1.fffffffffffffp-1 : 0x1.fffffep-1);
  Value* rest = b.CreateFSub(x, unary(b, llvm::Intrinsic::floor, x));
  return b.CreateSelect(b.CreateFCmpOGT(rest, below_one), below_one, rest);
}

// -1, 1, the zero itself; of NaN 0.
Value* sign(llvm::IRBuilder<>& b, Value* x) {
  Type* type = x->getType();
  Value* zero = constant(type, 0.0);
  Value* one = b.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, constant(type, 1.0), x);
  Value* result = b.CreateSelect(b.CreateFCmpONE(x, zero), one, x);
  return b.CreateSelect(b.CreateFCmpUNO(x, zero), zero, result);
}

// sin(πx), exact where the result is: reduced to |r| <= 1/2 before π comes in. x is double.
Value* sinpi(llvm::IRBuilder<>& b, Value* x) {
  Type* type = x->getType();
  Value* half = b.CreateFMul(x, constant(type, 0.5));
  Value* turns = unary(b, llvm::Intrinsic::rint, half);
  Value* r = b.CreateFSub(x, b.CreateFMul(turns, constant(type, 2.0)));
  Value* one = b.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, constant(type, 1.0), r);
  Value* far = b.CreateFCmpOGT(unary(b, llvm::Intrinsic::fabs, r), constant(type, 0.5));
  r = b.CreateSelect(far, b.CreateFSub(one, r), r);
  return unary(b, llvm::Intrinsic::sin, b.CreateFMul(r, constant(type, 3.14159265358979323846)));
}

Value* cospi(llvm::IRBuilder<>& b, Value* x) {
  Type* type = x->getType();
  Value* turns = unary(b, llvm::Intrinsic::rint, b.CreateFMul(x, constant(type, 0.5)));
  Value* r = b.CreateFSub(x, b.CreateFMul(turns, constant(type, 2.0)));
  return sinpi(b, b.CreateFSub(constant(type, 0.5), unary(b, llvm::Intrinsic::fabs, r)));
}

Value* of_pi(AirCall& c) {
  if (!c.all_of_result_type(1) || c.type()->getScalarType()->isDoubleTy()) return nullptr;
  auto& b = c.b;
  Value* x = convert_float(b, c.arg(0), with_element(c.type(), b.getDoubleTy()));
  Value* result = nullptr;
  if (c.operation == "sinpi") result = sinpi(b, x);
  if (c.operation == "cospi") result = cospi(b, x);
  if (c.operation == "tanpi") result = b.CreateFDiv(sinpi(b, x), cospi(b, x));
  return convert_float(b, result, c.type());
}

// One step of the number line, on the bits: magnitudes count up away from zero.
Value* nextafter(llvm::IRBuilder<>& b, Value* x, Value* y) {
  Value* bits = bits_of(b, x);
  Type* type = bits->getType();
  Value* one = llvm::ConstantInt::get(type, 1);
  Value* zero = llvm::Constant::getNullValue(x->getType());
  Value* up = b.CreateFCmpOLT(x, y);
  Value* away = b.CreateICmpEQ(up, b.CreateICmpSGE(bits, llvm::Constant::getNullValue(type)));
  Value* moved = b.CreateSelect(away, b.CreateAdd(bits, one), b.CreateSub(bits, one));
  // From zero: the least number of the sign of y.
  Value* sign_mask =
      llvm::ConstantInt::get(type, llvm::APInt::getSignMask(type->getScalarSizeInBits()));
  Value* least = b.CreateOr(b.CreateAnd(bits_of(b, y), sign_mask), one);
  moved = b.CreateSelect(b.CreateFCmpOEQ(x, zero), least, moved);
  Value* result = b.CreateBitCast(moved, x->getType());
  result = b.CreateSelect(b.CreateFCmpOEQ(x, y), y, result);
  Value* nan = ConstantFP::getNaN(x->getType());
  return b.CreateSelect(b.CreateFCmpUNO(x, y), nan, result);
}

// x · 2^n. float and half: the product is exact in double, and rounded once.
Value* ldexp(AirCall& c) {
  auto& b = c.b;
  if (c.args() != 2 || c.arg(0)->getType() != c.type()) return nullptr;
  Type* ints = with_element(c.type(), b.getInt32Ty());
  Value* n = c.arg(1);
  if (n->getType() != ints) {
    if (!n->getType()->isIntegerTy(32)) return nullptr;
    n = b.CreateVectorSplat(llvm::cast<llvm::FixedVectorType>(ints)->getNumElements(), n);
  }
  if (c.type()->getScalarType()->isDoubleTy()) {
    if (c.type()->isVectorTy()) return nullptr;
    llvm::FunctionCallee libm = b.GetInsertBlock()->getModule()->getOrInsertFunction(
        "ldexp", b.getDoubleTy(), b.getDoubleTy(), b.getInt32Ty());
    return b.CreateCall(libm, {c.arg(0), n});
  }
  Value* limit = llvm::ConstantInt::get(ints, 400);
  n = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, n, limit);
  n = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, n, b.CreateNeg(limit));
  Type* doubles = with_element(c.type(), b.getDoubleTy());
  Type* longs = with_element(c.type(), b.getInt64Ty());
  Value* exponent = b.CreateAdd(b.CreateSExt(n, longs), llvm::ConstantInt::get(longs, 1023));
  Value* power = b.CreateBitCast(b.CreateShl(exponent, 52), doubles);
  Value* product = b.CreateFMul(convert_float(b, c.arg(0), doubles), power);
  return convert_float(b, product, c.type());
}

Value* sincos(AirCall& c) {
  auto& b = c.b;
  if (c.args() != 2 || c.arg(0)->getType() != c.type()) return nullptr;
  auto* pointer = llvm::dyn_cast<llvm::PointerType>(c.arg(1)->getType());
  if (pointer == nullptr || !pointer->isOpaqueOrPointeeTypeMatches(c.type())) return nullptr;
  Type* wide = c.type();
  if (wide->getScalarType()->isHalfTy()) wide = with_element(wide, b.getFloatTy());
  Value* x = convert_float(b, c.arg(0), wide);
  Value* cosine = convert_float(b, unary(b, llvm::Intrinsic::cos, x), c.type());
  const llvm::Align align(c.type()->getScalarSizeInBits() / 8);
  b.CreateAlignedStore(cosine, c.arg(1), align);
  return convert_float(b, unary(b, llvm::Intrinsic::sin, x), c.type());
}

Value* dot(AirCall& c) {
  if (c.args() != 2 || c.arg(0)->getType() != c.arg(1)->getType()) return nullptr;
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(c.arg(0)->getType());
  if (vector == nullptr || vector->getElementType() != c.type() || !is_float(vector))
    return nullptr;
  auto& b = c.b;
  Type* wide = vector;
  if (c.type()->isHalfTy()) wide = with_element(vector, b.getFloatTy());
  Value* product = b.CreateFMul(b.CreateFPCast(c.arg(0), wide), b.CreateFPCast(c.arg(1), wide));
  Value* sum = b.CreateExtractElement(product, uint64_t{0});
  for (unsigned i = 1; i < vector->getNumElements(); ++i) {
    sum = b.CreateFAdd(sum, b.CreateExtractElement(product, i));
  }
  return convert_float(b, sum, c.type());
}

// isnan and its kin look at the bits: they hold under fast-math flags too.
Value* classify(AirCall& c) {
  auto& b = c.b;
  if (c.args() != 1 || !is_float(c.arg(0)->getType())) return nullptr;
  if (c.type() != with_element(c.arg(0)->getType(), b.getInt1Ty())) return nullptr;
  Type* type = bits_type(b, c.arg(0)->getType());
  const llvm::fltSemantics& semantics = c.arg(0)->getType()->getScalarType()->getFltSemantics();
  const unsigned bits = type->getScalarSizeInBits();
  Value* magnitude = b.CreateAnd(
      bits_of(b, c.arg(0)), llvm::ConstantInt::get(type, llvm::APInt::getSignedMaxValue(bits)));
  Value* infinity = llvm::ConstantInt::get(type, llvm::APFloat::getInf(semantics).bitcastToAPInt());
  if (c.operation == "isnan") return b.CreateICmpUGT(magnitude, infinity);
  if (c.operation == "isinf") return b.CreateICmpEQ(magnitude, infinity);
  if (c.operation == "isfinite") return b.CreateICmpULT(magnitude, infinity);
  return nullptr;
}

Value* composed_unary(AirCall& c, Value* x) {
  auto& b = c.b;
  if (c.operation == "fract") return fract(b, x);
  if (c.operation == "sign") return sign(b, x);
  if (c.operation == "rsqrt") {
    return b.CreateFDiv(constant(x->getType(), 1.0), unary(b, llvm::Intrinsic::sqrt, x));
  }
  if (c.operation == "saturate") {
    return b.CreateMinNum(b.CreateMaxNum(x, constant(x->getType(), 0.0)),
                          constant(x->getType(), 1.0));
  }
  return nullptr;
}

Value* composed_ternary(AirCall& c, const Values& v) {
  auto& b = c.b;
  if (c.operation == "clamp") return b.CreateMinNum(b.CreateMaxNum(v[0], v[1]), v[2]);
  if (c.operation == "mix") return b.CreateFAdd(v[0], b.CreateFMul(b.CreateFSub(v[1], v[0]), v[2]));
  if (c.operation == "fmax3") return b.CreateMaxNum(b.CreateMaxNum(v[0], v[1]), v[2]);
  if (c.operation == "fmin3") return b.CreateMinNum(b.CreateMinNum(v[0], v[1]), v[2]);
  if (c.operation == "fmedian3") {
    return b.CreateMaxNum(b.CreateMinNum(v[0], v[1]),
                          b.CreateMinNum(b.CreateMaxNum(v[0], v[1]), v[2]));
  }
  return nullptr;
}

// On arguments that are float or double.
Value* on_wide(AirCall& c, const Values& args) {
  for (const Plain& row : kIntrinsics) {
    if (c.operation == row.name && args.size() == row.args) {
      return c.b.CreateIntrinsic(row.id, {args[0]->getType()}, args);
    }
  }
  for (const FromLibm& row : kLibm) {
    if (c.operation == row.name && args.size() == row.args)
      return for_each_lane(c.b, row.name, args);
  }
  if (args.size() == 1) return composed_unary(c, args[0]);
  if (args.size() == 2 && c.operation == "fmod") return c.b.CreateFRem(args[0], args[1]);
  if (args.size() == 3) return composed_ternary(c, args);
  return nullptr;
}

}  // namespace

Value* emit_math(AirCall& c) {
  if (c.operation == "dot") return dot(c);
  if (c.operation.startswith("is")) return classify(c);
  if (!is_float(c.type())) return nullptr;
  if (c.operation == "sincos") return sincos(c);
  if (c.operation == "ldexp") return ldexp(c);
  if (c.operation == "sinpi" || c.operation == "cospi" || c.operation == "tanpi") return of_pi(c);
  if (c.args() == 0 || !c.all_of_result_type(c.args())) return nullptr;
  if (c.operation == "nextafter") {
    return c.args() == 2 ? nextafter(c.b, c.arg(0), c.arg(1)) : nullptr;
  }
  Type* wide = c.type();
  if (wide->getScalarType()->isHalfTy()) {
    wide = with_element(wide, c.operation == "fma" ? c.b.getDoubleTy() : c.b.getFloatTy());
  }
  Values args;
  for (Value* arg : c.call->args()) args.push_back(convert_float(c.b, arg, wide));
  Value* result = on_wide(c, args);
  return result == nullptr ? nullptr : convert_float(c.b, result, c.type());
}

}  // namespace tinsmith::cpu
