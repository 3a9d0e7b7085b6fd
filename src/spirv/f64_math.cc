// SPDX-License-Identifier: Apache-2.0
// Textbook methods: reduce the argument to a short interval, sum the series there, undo the
// reduction. Series are cut where the next term is below the last place. Words of the f64 are taken
// apart as a pair of u32, so that nobody needs Int64.
#include "spirv/f64_math.h"

#include <spirv/unified1/GLSL.std.450.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "support/check.h"

namespace tinsmith::spirv {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = std::numbers::pi;
// ln 2 and pi/2 as sums of parts with so few bits that small multiples of all but the last are
// exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kHalfPi[] = {0x1.921fb54400000p+0, 0x1.0b4611a600000p-34, 0x1.3198a2e037073p-69};
constexpr double kBeyondExp = 800;  // exp of it is infinite, of its negative 0

// 1/n! for every second n from `first`, signs alternating.
constexpr std::array<double, 9> alternating_factorials(int first) {
  std::array<double, 9> c{};
  double term = 1;
  for (int n = 2; n <= first; ++n) term /= n;
  int n = first;
  for (double& x : c) {
    x = term;
    term /= -static_cast<double>(n + 1) * (n + 2);
    n += 2;
  }
  return c;
}

}  // namespace

F64Math::F64Math(Assembler& assembler)
    : asm_(assembler),
      f64_(asm_.type_float(64)),
      i32_(asm_.type_int(32, true)),
      u32_(asm_.type_int(32, false)),
      bool_(asm_.type_bool()),
      pair_(asm_.type_vector(u32_, 2)) {}

Word F64Math::unary(Op op, Word x) {
  if (op == Op::Exp) return exp(x);
  if (op == Op::Log) return log(x);
  if (op == Op::Sin) return sin(x, 0);
  if (op == Op::Cos) return sin(x, 1);
  if (op == Op::Tan) return tan(x);
  if (op == Op::Tanh) return tanh(x);
  if (op == Op::Asin) return atan2(x, leg(x));
  if (op == Op::Acos) return atan2(leg(x), x);
  TS_UNREACHABLE("not an elementary function");
}

Word F64Math::number(double value) {
  return asm_.constant(f64_, std::bit_cast<uint64_t>(value), 64);
}

Word F64Math::ext(Word instruction, Word a) {
  return asm_.pure(spv::Op::OpExtInst, f64_, {asm_.glsl(), instruction, a});
}

Word F64Math::polynomial(Word x, std::span<const double> c) {
  Word sum = number(c.back());
  for (size_t i = c.size() - 1; i-- > 0;) sum = add(number(c[i]), mul(x, sum));
  return sum;
}

Word F64Math::high_word(Word x) {
  Word pair = asm_.pure(spv::Op::OpBitcast, pair_, {x});
  Word high = asm_.pure(spv::Op::OpCompositeExtract, u32_, {pair, 1});
  return asm_.pure(spv::Op::OpBitcast, i32_, {high});
}

Word F64Math::with_high_word(Word x, Word high) {
  Word pair = asm_.pure(spv::Op::OpBitcast, pair_, {x});
  Word low = asm_.pure(spv::Op::OpCompositeExtract, u32_, {pair, 0});
  Word word = asm_.pure(spv::Op::OpBitcast, u32_, {high});
  pair = asm_.pure(spv::Op::OpCompositeConstruct, pair_, {low, word});
  return asm_.pure(spv::Op::OpBitcast, f64_, {pair});
}

// For exponents of normal numbers.
Word F64Math::power_of_two(Word exponent) {
  Word biased = integer(spv::Op::OpIAdd, exponent, 1023);
  return with_high_word(number(0), integer(spv::Op::OpShiftLeftLogical, biased, 20));
}

// x = k ln 2 + r, |r| <= 0.35. The power of two is applied in halves: it may be below or beyond all
// numbers.
Word F64Math::exp(Word x) {
  x = select(less(number(kBeyondExp), x), number(kBeyondExp), x);
  x = select(less(x, number(-kBeyondExp)), number(-kBeyondExp), x);
  Word k = ext(GLSLstd450RoundEven, mul(x, number(std::numbers::log2e)));
  Word r = sub(sub(x, mul(k, number(kLn2High))), mul(k, number(kLn2Low)));
  std::array<double, 14> c{};
  double term = 1;
  for (size_t n = 0; n < c.size(); ++n) {
    c[n] = term;
    term /= static_cast<double>(n + 1);
  }
  Word whole = asm_.pure(spv::Op::OpConvertFToS, i32_, {k});
  Word half = integer(spv::Op::OpShiftRightArithmetic, whole, 1);
  Word rest = asm_.pure(spv::Op::OpISub, i32_, {whole, half});
  return mul(mul(polynomial(r, c), power_of_two(half)), power_of_two(rest));
}

// x = 2^e m, m in [sqrt(1/2), sqrt(2)]; log m by s = (m - 1) / (m + 1), |s| <= 0.172.
Word F64Math::log(Word x) {
  Word tiny = less(x, number(0x1p-1022));
  Word scaled = select(tiny, mul(x, number(0x1p54)), x);
  Word high = high_word(scaled);
  constexpr int32_t kMantissa = 0xfffff, kOne = 0x3ff00000, kAboveRootHalf = 0x95f64;
  Word carry = integer(
      spv::Op::OpBitwiseAnd,
      integer(spv::Op::OpIAdd, integer(spv::Op::OpBitwiseAnd, high, kMantissa), kAboveRootHalf),
      0x100000);
  Word exponent = asm_.pure(spv::Op::OpIAdd, i32_,
                            {integer(spv::Op::OpShiftRightArithmetic, high, 20),
                             integer(spv::Op::OpShiftRightArithmetic, carry, 20)});
  Word bias = asm_.pure(spv::Op::OpSelect, i32_, {tiny, asm_.i32(1023 + 54), asm_.i32(1023)});
  exponent = asm_.pure(spv::Op::OpISub, i32_, {exponent, bias});
  Word one_or_half = asm_.pure(spv::Op::OpISub, i32_, {asm_.i32(kOne), carry});
  Word mantissa = asm_.pure(spv::Op::OpBitwiseOr, i32_,
                            {integer(spv::Op::OpBitwiseAnd, high, kMantissa), one_or_half});
  // 0x3fe00000 for the half: the exponent field of one with its last bit taken away.
  Word m = with_high_word(scaled, mantissa);

  Word s = div(sub(m, number(1)), add(m, number(1)));
  std::array<double, 11> c{};
  for (size_t n = 0; n < c.size(); ++n) c[n] = 2.0 / static_cast<double>(2 * n + 1);
  Word log_m = mul(s, polynomial(mul(s, s), c));
  Word e = asm_.pure(spv::Op::OpConvertSToF, f64_, {exponent});
  Word result = add(mul(e, number(kLn2High)), add(mul(e, number(kLn2Low)), log_m));

  Word is_zero = asm_.pure(spv::Op::OpFOrdEqual, bool_, {x, number(0)});
  Word usual =
      asm_.pure(spv::Op::OpLogicalAnd, bool_, {less(number(0), x), less(x, number(kInfinity))});
  Word infinite = asm_.pure(spv::Op::OpFOrdEqual, bool_, {x, number(kInfinity)});
  Word other = select(is_zero, number(-kInfinity), select(infinite, x, number(kNaN)));
  return select(usual, result, other);
}

F64Math::Angle F64Math::reduce(Word x) {
  Word k = ext(GLSLstd450RoundEven, mul(x, number(2 / kPi)));
  Word rest = x;
  for (double part : kHalfPi) rest = sub(rest, mul(k, number(part)));
  return {rest, asm_.pure(spv::Op::OpConvertFToS, i32_, {k})};
}

Word F64Math::sin_near_zero(Word x) {
  return mul(x, polynomial(mul(x, x), alternating_factorials(1)));
}

Word F64Math::cos_near_zero(Word x) { return polynomial(mul(x, x), alternating_factorials(0)); }

Word F64Math::sin(Word x, int32_t quarter_turns) {
  Angle angle = reduce(x);
  Word quadrant = integer(spv::Op::OpIAdd, angle.quadrant, quarter_turns);
  auto has = [&](int32_t bit) {
    return asm_.pure(spv::Op::OpINotEqual, bool_,
                     {integer(spv::Op::OpBitwiseAnd, quadrant, bit), asm_.i32(0)});
  };
  Word value = select(has(1), cos_near_zero(angle.rest), sin_near_zero(angle.rest));
  return select(has(2), neg(value), value);
}

Word F64Math::tan(Word x) {
  Angle angle = reduce(x);
  Word s = sin_near_zero(angle.rest), c = cos_near_zero(angle.rest);
  Word odd = asm_.pure(spv::Op::OpINotEqual, bool_,
                       {integer(spv::Op::OpBitwiseAnd, angle.quadrant, 1), asm_.i32(0)});
  return div(select(odd, neg(c), s), select(odd, s, c));
}

// Near zero the continued fraction x / (1 + x² / (3 + x² / (5 + …))), elsewhere by exp.
Word F64Math::tanh(Word x) {
  Word square = mul(x, x);
  Word fraction = number(19);
  for (int n = 17; n >= 1; n -= 2) fraction = add(number(n), div(square, fraction));
  Word size = ext(GLSLstd450FAbs, x);
  Word large = sub(number(1), div(number(2), add(exp(add(size, size)), number(1))));
  large = select(less(x, number(0)), neg(large), large);
  return select(less(size, number(0.625)), div(x, fraction), large);
}

// Of |x| <= 1. Halving the angle twice leaves |x| <= 0.2.
Word F64Math::atan(Word x) {
  for (int i = 0; i < 2; ++i) {
    Word hypotenuse = ext(GLSLstd450Sqrt, add(number(1), mul(x, x)));
    x = div(x, add(number(1), hypotenuse));
  }
  std::array<double, 13> c{};
  for (size_t n = 0; n < c.size(); ++n)
    c[n] = (n % 2 ? -4.0 : 4.0) / static_cast<double>(2 * n + 1);
  return mul(x, polynomial(mul(x, x), c));
}

Word F64Math::atan2(Word y, Word x) {
  Word ax = ext(GLSLstd450FAbs, x), ay = ext(GLSLstd450FAbs, y);
  Word steep = less(ax, ay);
  Word larger = select(steep, ay, ax), smaller = select(steep, ax, ay);
  Word both_infinite = asm_.pure(spv::Op::OpFOrdEqual, bool_, {smaller, number(kInfinity)});
  Word both_zero = asm_.pure(spv::Op::OpFOrdEqual, bool_, {larger, number(0)});
  Word ratio = select(both_infinite, number(1), select(both_zero, smaller, div(smaller, larger)));
  Word angle = atan(ratio);
  angle = select(steep, sub(number(kPi / 2), angle), angle);
  angle = select(less(x, number(0)), sub(number(kPi), angle), angle);
  return select(less(y, number(0)), neg(angle), angle);
}

// sqrt(1 - x²) without cancellation.
Word F64Math::leg(Word x) { return ext(GLSLstd450Sqrt, mul(sub(number(1), x), add(number(1), x))); }

Word F64Math::pow_positive(Word base, Word exponent) { return exp(mul(exponent, log(base))); }

}  // namespace tinsmith::spirv
