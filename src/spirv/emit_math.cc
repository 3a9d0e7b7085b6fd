// SPDX-License-Identifier: Apache-2.0
// Arithmetic. What differs from SPIR-V's own meaning is spelled out: the real remainder (OpFRem
// need not be exact), pow of a base that is not positive, counts of bits other than 32, the
// elementary functions of f64 (f64_math.h).
#include <spirv/unified1/GLSL.std.450.h>

#include <limits>

#include "spirv/emitter.h"
#include "spirv/f64_math.h"
#include "support/check.h"

namespace tinsmith::spirv {

namespace {

// The operation for reals, signed and unsigned integers.
struct ByKind {
  spv::Op real, with_sign, without_sign;
  spv::Op of(DType dtype) const {
    if (is_real(dtype)) return real;
    return is_signed(dtype) ? with_sign : without_sign;
  }
};

constexpr spv::Op kNone = spv::Op::OpNop;

// Rows of a table by operation, and how to look one up that must be there.
template <class T>
struct Row {
  Op op;
  T is;
};
template <class T, size_t n>
const T& look_up(const Row<T> (&rows)[n], Op op) {
  for (const Row<T>& row : rows)
    if (row.op == op) return row.is;
  TS_UNREACHABLE("'" + std::string(info(op).text) + "' is in no table");
}

constexpr Row<ByKind> kArithmetic[] = {
    {Op::Add, {spv::Op::OpFAdd, spv::Op::OpIAdd, spv::Op::OpIAdd}},
    {Op::Sub, {spv::Op::OpFSub, spv::Op::OpISub, spv::Op::OpISub}},
    {Op::Mul, {spv::Op::OpFMul, spv::Op::OpIMul, spv::Op::OpIMul}},
    {Op::Div, {spv::Op::OpFDiv, spv::Op::OpSDiv, spv::Op::OpUDiv}},
    {Op::Rem, {kNone, spv::Op::OpSRem, spv::Op::OpUMod}},
    {Op::And, {kNone, spv::Op::OpBitwiseAnd, spv::Op::OpBitwiseAnd}},
    {Op::Or, {kNone, spv::Op::OpBitwiseOr, spv::Op::OpBitwiseOr}},
    {Op::Xor, {kNone, spv::Op::OpBitwiseXor, spv::Op::OpBitwiseXor}},
    {Op::Shl, {kNone, spv::Op::OpShiftLeftLogical, spv::Op::OpShiftLeftLogical}},
    {Op::Shr, {kNone, spv::Op::OpShiftRightArithmetic, spv::Op::OpShiftRightLogical}},
};

constexpr Row<ByKind> kComparisons[] = {
    {Op::Lt, {spv::Op::OpFOrdLessThan, spv::Op::OpSLessThan, spv::Op::OpULessThan}},
    {Op::Le, {spv::Op::OpFOrdLessThanEqual, spv::Op::OpSLessThanEqual, spv::Op::OpULessThanEqual}},
    {Op::Gt, {spv::Op::OpFOrdGreaterThan, spv::Op::OpSGreaterThan, spv::Op::OpUGreaterThan}},
    {Op::Ge,
     {spv::Op::OpFOrdGreaterThanEqual, spv::Op::OpSGreaterThanEqual, spv::Op::OpUGreaterThanEqual}},
    {Op::Eq, {spv::Op::OpFOrdEqual, spv::Op::OpIEqual, spv::Op::OpIEqual}},
    {Op::Ne, {spv::Op::OpFUnordNotEqual, spv::Op::OpINotEqual, spv::Op::OpINotEqual}},
};

constexpr Row<GLSLstd450> kFunctions[] = {
    {Op::Sqrt, GLSLstd450Sqrt}, {Op::Rsqrt, GLSLstd450InverseSqrt}, {Op::Sin, GLSLstd450Sin},
    {Op::Cos, GLSLstd450Cos},   {Op::Tan, GLSLstd450Tan},           {Op::Tanh, GLSLstd450Tanh},
    {Op::Exp, GLSLstd450Exp},   {Op::Log, GLSLstd450Log},           {Op::Floor, GLSLstd450Floor},
    {Op::Ceil, GLSLstd450Ceil}, {Op::Round, GLSLstd450RoundEven},
};

bool is_elementary(Op op) { return op >= Op::Sin && op <= Op::Log; }

}  // namespace

Word Emitter::ext(Word type, Word instruction, std::initializer_list<Word> operands) {
  std::vector<Word> words = {asm_.glsl(), instruction};
  words.insert(words.end(), operands);
  return asm_.pure(spv::Op::OpExtInst, type, words);
}

Word Emitter::binary(Op op, DType dtype, Word a, Word b) {
  if (dtype == DType::U1) return binary_bool(op, a, b);
  if (op == Op::Min || op == Op::Max) return minmax(op, dtype, a, b);
  if (op == Op::Pow) return power(dtype, a, b);
  if (op == Op::Atan2 && dtype == DType::F64) return F64Math(asm_).atan2(a, b);
  if (op == Op::Atan2) return ext(type(dtype), GLSLstd450Atan2, {a, b});
  if (op == Op::Rem && is_real(dtype)) return remainder(dtype, a, b);
  return asm_.pure(look_up(kArithmetic, op).of(dtype), type(dtype), {a, b});
}

Word Emitter::binary_bool(Op op, Word a, Word b) {
  Word type_bool = asm_.type_bool();
  if (op == Op::And) return asm_.pure(spv::Op::OpLogicalAnd, type_bool, {a, b});
  if (op == Op::Or) return asm_.pure(spv::Op::OpLogicalOr, type_bool, {a, b});
  if (op == Op::Xor) return asm_.pure(spv::Op::OpLogicalNotEqual, type_bool, {a, b});
  TS_UNREACHABLE("u1 is no number");
}

Word Emitter::minmax(Op op, DType dtype, Word a, Word b) {
  bool least = op == Op::Min;
  if (is_real(dtype)) return ext(type(dtype), least ? GLSLstd450FMin : GLSLstd450FMax, {a, b});
  if (bits(dtype) == 32 && is_signed(dtype))
    return ext(type(dtype), least ? GLSLstd450SMin : GLSLstd450SMax, {a, b});
  if (bits(dtype) == 32) return ext(type(dtype), least ? GLSLstd450UMin : GLSLstd450UMax, {a, b});
  return select(compare(least ? Op::Lt : Op::Gt, dtype, a, b), type(dtype), a, b);
}

// a - b * trunc(a / b); for halves in f32, where it is exact.
Word Emitter::remainder(DType dtype, Word a, Word b) {
  if (dtype == DType::F16)
    return cast(remainder(DType::F32, cast(a, dtype, DType::F32), cast(b, dtype, DType::F32)),
                DType::F32, dtype);
  Word quotient = asm_.pure(spv::Op::OpFDiv, type(dtype), {a, b});
  Word whole = ext(type(dtype), GLSLstd450Trunc, {quotient});
  Word product = asm_.pure(spv::Op::OpFMul, type(dtype), {b, whole});
  return asm_.pure(spv::Op::OpFSub, type(dtype), {a, product});
}

// GLSL's Pow is for positive bases; a negative base has a power if the exponent is integral.
Word Emitter::power(DType dtype, Word base, Word exponent) {
  Word real = type(dtype), type_bool = asm_.type_bool();
  Word zero = number(dtype, 0), one = number(dtype, 1);
  Word size = ext(real, GLSLstd450FAbs, {base});
  Word positive = dtype == DType::F64 ? F64Math(asm_).pow_positive(size, exponent)
                                      : ext(real, GLSLstd450Pow, {size, exponent});
  Word whole = ext(real, GLSLstd450Trunc, {exponent});
  Word half = asm_.pure(spv::Op::OpFMul, real, {whole, number(dtype, 0.5)});
  Word odd = compare(Op::Ne, dtype, half, ext(real, GLSLstd450Trunc, {half}));
  Word negated = asm_.pure(spv::Op::OpFNegate, real, {positive});
  Word of_negative = select(odd, real, negated, positive);
  Word infinity = number(dtype, std::numeric_limits<double>::infinity());
  Word defined =
      asm_.pure(spv::Op::OpLogicalOr, type_bool,
                {compare(Op::Eq, dtype, whole, exponent), compare(Op::Eq, dtype, size, infinity)});
  of_negative =
      select(defined, real, of_negative, number(dtype, std::numeric_limits<double>::quiet_NaN()));
  Word result = select(compare(Op::Lt, dtype, base, zero), real, of_negative, positive);
  Word of_zero = select(compare(Op::Gt, dtype, exponent, zero), real, zero, infinity);
  result = select(compare(Op::Eq, dtype, base, zero), real, of_zero, result);
  Word to_one =
      asm_.pure(spv::Op::OpLogicalOr, type_bool,
                {compare(Op::Eq, dtype, exponent, zero), compare(Op::Eq, dtype, base, one)});
  return select(to_one, real, one, result);
}

Word Emitter::unary(Op op, DType dtype, Word a) {
  Word result = type(dtype);
  bool real = is_real(dtype);
  if (dtype == DType::F64 && is_elementary(op)) return F64Math(asm_).unary(op, a);
  if (op == Op::Not)
    return asm_.pure(dtype == DType::U1 ? spv::Op::OpLogicalNot : spv::Op::OpNot, result, {a});
  if (op == Op::Neg) return asm_.pure(real ? spv::Op::OpFNegate : spv::Op::OpSNegate, result, {a});
  if (op == Op::Abs) return real ? ext(result, GLSLstd450FAbs, {a}) : absolute(dtype, a);
  if (op == Op::Sign) return real ? ext(result, GLSLstd450FSign, {a}) : sign(dtype, a);
  if (op == Op::FrexpMantissa) return frexp(dtype, a, 0);
  if (op == Op::FrexpExponent) return frexp(dtype, a, 1);
  if (op == Op::PopCount) return popcount(dtype, a);
  if (op == Op::Clz) return clz(dtype, a);
  if (op == Op::Asin) return ext(result, GLSLstd450Atan2, {a, leg(dtype, a)});
  if (op == Op::Acos) return ext(result, GLSLstd450Atan2, {leg(dtype, a), a});
  return ext(result, look_up(kFunctions, op), {a});
}

Word Emitter::absolute(DType dtype, Word a) {
  if (!is_signed(dtype)) return a;
  Word negated = asm_.pure(spv::Op::OpSNegate, type(dtype), {a});
  return select(compare(Op::Lt, dtype, a, number(dtype, 0)), type(dtype), negated, a);
}

Word Emitter::compare(Op op, DType dtype, Word a, Word b) {
  Word type_bool = asm_.type_bool();
  if (dtype != DType::U1) return asm_.pure(look_up(kComparisons, op).of(dtype), type_bool, {a, b});
  if (op == Op::Eq) return asm_.pure(spv::Op::OpLogicalEqual, type_bool, {a, b});
  if (op == Op::Ne) return asm_.pure(spv::Op::OpLogicalNotEqual, type_bool, {a, b});
  Word x = cast(a, DType::U1, DType::U32), y = cast(b, DType::U1, DType::U32);
  return compare(op, DType::U32, x, y);
}

// sqrt((1 - a) (1 + a)): with it asin and acos are an atan2. Drivers' own are off by 3e-4.
Word Emitter::leg(DType dtype, Word a) {
  Word real = type(dtype), one = number(dtype, 1);
  Word square = asm_.pure(
      spv::Op::OpFMul, real,
      {asm_.pure(spv::Op::OpFSub, real, {one, a}), asm_.pure(spv::Op::OpFAdd, real, {one, a})});
  return ext(real, GLSLstd450Sqrt, {square});
}

Word Emitter::sign(DType dtype, Word a) {
  Word zero = number(dtype, 0), one = number(dtype, 1);
  if (!is_signed(dtype)) return select(compare(Op::Ne, dtype, a, zero), type(dtype), one, zero);
  Word down = select(compare(Op::Lt, dtype, a, zero), type(dtype), number(dtype, -1), zero);
  return select(compare(Op::Gt, dtype, a, zero), type(dtype), one, down);
}

Word Emitter::frexp(DType dtype, Word a, uint32_t member) {
  const Word members[] = {type(dtype), type(DType::I32)};
  Word both = ext(asm_.type_struct(members), GLSLstd450FrexpStruct, {a});
  return asm_.pure(spv::Op::OpCompositeExtract, members[member], {both, member});
}

// Bits are counted in words of 32.
Word Emitter::popcount(DType dtype, Word a) {
  Word i32 = type(DType::I32), u32 = type_word(32);
  Word word = to_word(a, dtype);
  if (bits(dtype) < 32) word = asm_.pure(spv::Op::OpUConvert, u32, {word});
  if (bits(dtype) <= 32) return asm_.pure(spv::Op::OpBitCount, i32, {word});
  Word low = asm_.pure(spv::Op::OpUConvert, u32, {word});
  Word upper = asm_.pure(spv::Op::OpShiftRightLogical, type_word(64), {word, asm_.u32(32)});
  Word high = asm_.pure(spv::Op::OpUConvert, u32, {upper});
  return asm_.pure(
      spv::Op::OpIAdd, i32,
      {asm_.pure(spv::Op::OpBitCount, i32, {low}), asm_.pure(spv::Op::OpBitCount, i32, {high})});
}

// FindUMsb gives -1 for 0, so that 31 - it is right there too.
Word Emitter::clz(DType dtype, Word a) {
  Word i32 = type(DType::I32), u32 = type_word(32);
  auto zeros = [&](Word word, int32_t highest) {
    return asm_.pure(spv::Op::OpISub, i32,
                     {asm_.i32(highest), ext(i32, GLSLstd450FindUMsb, {word})});
  };
  Word word = to_word(a, dtype);
  auto width = static_cast<int32_t>(bits(dtype));
  if (width < 32) word = asm_.pure(spv::Op::OpUConvert, u32, {word});
  if (width <= 32) return zeros(word, width - 1);
  Word low = asm_.pure(spv::Op::OpUConvert, u32, {word});
  Word upper = asm_.pure(spv::Op::OpShiftRightLogical, type_word(64), {word, asm_.u32(32)});
  Word high = asm_.pure(spv::Op::OpUConvert, u32, {upper});
  return select(compare(Op::Eq, DType::U32, high, asm_.u32(0)), i32, zeros(low, 63),
                zeros(high, 31));
}

}  // namespace tinsmith::spirv
