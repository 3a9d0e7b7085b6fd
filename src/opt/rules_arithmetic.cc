// SPDX-License-Identifier: Apache-2.0
// Identities of arithmetic. What holds for reals holds for every value, signed zeros, infinities
// and NaN included; that is why there is no x + 0.0 = x here (x may be -0.0), but x + -0.0 = x and
// x - 0.0 = x.
#include <array>
#include <bit>
#include <cmath>

#include "opt/rules.h"

namespace tinsmith::opt {

namespace {

constexpr ValueId kNone{};

bool is_minus_zero(const Site& s, ValueId v) {
  auto bits = s.literal(v);
  return bits && !is_integral(s.type()) && *bits == const_bits(s.type(), -0.0);
}
bool is_plus_zero(const Site& s, ValueId v) { return s.literal(v) == uint64_t{0}; }

// log2 of a literal integer power of two above one.
std::optional<int> power_of_two(const Site& s, ValueId v) {
  auto n = s.literal(v);
  bool positive = n && (!is_signed(s.type()) || static_cast<int64_t>(*n) > 0);
  if (!s.integral() || !positive || *n < 2 || !std::has_single_bit(*n)) return std::nullopt;
  return std::countr_zero(*n);
}

ValueId negated(const Site& s, ValueId literal) {
  return s.constant(s.type(), const_bits_int(s.type(), -static_cast<int64_t>(*s.literal(literal))));
}

// The reciprocal of a literal power of two: exact, so that multiplying rounds as dividing does.
std::optional<double> exact_reciprocal(const Site& s, ValueId v) {
  if (s.integral() || !s.literal(v)) return std::nullopt;
  const double limit = s.type() == DType::F64   ? 0x1p1000
                       : s.type() == DType::F32 ? 0x1p100
                                                : 0x1p10;
  int exponent = 0;
  double n = s.type() == DType::F64 ? std::bit_cast<double>(*s.literal(v))
                                    : std::bit_cast<float>(static_cast<uint32_t>(*s.literal(v)));
  bool power = std::fabs(std::frexp(n, &exponent)) == 0.5 && std::fabs(n) < limit &&
               std::fabs(n) > 1 / limit;
  return power ? std::optional(1 / n) : std::nullopt;
}

// (x op c) op d = x op (c op d) for integers: x + c + d, x * c * d.
ValueId join_literals(const Site& s) {
  const Inst* inner = s.def(s.a(), s.inst.op);
  if (!s.integral() || !inner || !s.literal(s.b()) || !s.literal(inner->operands[1])) return kNone;
  ValueId joined = s.make(s.inst.op, {inner->operands[1], s.b()});
  return s.make(s.inst.op, {inner->operands[0], joined});
}

// Literals go to the right.
ValueId literal_right(const Site& s) {
  return s.literal(s.a()) && !s.literal(s.b()) ? s.make(s.inst.op, {s.b(), s.a()}) : kNone;
}

ValueId operand_if(bool holds, ValueId v) { return holds ? v : kNone; }

constexpr auto kRules = std::to_array<RewriteRule>({
    {Op::Add, literal_right},
    // x + 0 = x
    {Op::Add, [](const Site& s) { return operand_if(s.integral() && s.is(s.b(), 0), s.a()); }},
    // x + -0.0 = x
    {Op::Add, [](const Site& s) { return operand_if(is_minus_zero(s, s.b()), s.a()); }},
    // x + -y = x - y
    {Op::Add,
     [](const Site& s) {
       const Inst* neg = s.def(s.b(), Op::Neg);
       return neg ? s.make(Op::Sub, {s.a(), neg->operands[0]}) : kNone;
     }},
    // -x + y = y - x
    {Op::Add,
     [](const Site& s) {
       const Inst* neg = s.def(s.a(), Op::Neg);
       return neg ? s.make(Op::Sub, {s.b(), neg->operands[0]}) : kNone;
     }},
    {Op::Add, join_literals},
    // x - 0.0 = x
    {Op::Sub, [](const Site& s) { return operand_if(is_plus_zero(s, s.b()), s.a()); }},
    // x - c = x + -c
    {Op::Sub,
     [](const Site& s) {
       return s.integral() && s.literal(s.b()) ? s.make(Op::Add, {s.a(), negated(s, s.b())})
                                               : kNone;
     }},
    // x - x = 0
    {Op::Sub,
     [](const Site& s) { return s.integral() && s.a() == s.b() ? s.number(0) : kNone; }},
    // x - -y = x + y
    {Op::Sub,
     [](const Site& s) {
       const Inst* neg = s.def(s.b(), Op::Neg);
       return neg ? s.make(Op::Add, {s.a(), neg->operands[0]}) : kNone;
     }},
    {Op::Mul, literal_right},
    // x * 1 = x
    {Op::Mul, [](const Site& s) { return operand_if(s.is(s.b(), 1), s.a()); }},
    // x * 0 = 0
    {Op::Mul, [](const Site& s) { return operand_if(s.integral() && s.is(s.b(), 0), s.b()); }},
    // x * -1 = -x
    {Op::Mul,
     [](const Site& s) {
       return is_signed(s.type()) && s.is(s.b(), -1) ? s.make(Op::Neg, {s.a()}) : kNone;
     }},
    {Op::Mul, join_literals},
    // x / 1 = x
    {Op::Div, [](const Site& s) { return operand_if(s.is(s.b(), 1), s.a()); }},
    // x / 2^n = x * 2^-n
    {Op::Div,
     [](const Site& s) {
       auto reciprocal = exact_reciprocal(s, s.b());
       return reciprocal ? s.make(Op::Mul, {s.a(), s.number(*reciprocal)}) : kNone;
     }},
    // x / 2^n = x >> n
    {Op::Div,
     [](const Site& s) {
       auto n = power_of_two(s, s.b());
       return n && !is_signed(s.type()) ? s.make(Op::Shr, {s.a(), s.number(*n)}) : kNone;
     }},
    // x rem 1 = 0
    {Op::Rem,
     [](const Site& s) { return s.integral() && s.is(s.b(), 1) ? s.number(0) : kNone; }},
    // x rem 2^n = x & (2^n - 1)
    {Op::Rem,
     [](const Site& s) {
       auto n = power_of_two(s, s.b());
       if (!n || is_signed(s.type())) return kNone;
       return s.make(Op::And, {s.a(), s.constant(s.type(), *s.literal(s.b()) - 1)});
     }},
    // x // 1 = x
    {Op::FloorDiv, [](const Site& s) { return operand_if(s.integral() && s.is(s.b(), 1), s.a()); }},
    // x // 2^n = x >> n
    {Op::FloorDiv,
     [](const Site& s) {
       auto n = power_of_two(s, s.b());
       return n ? s.make(Op::Shr, {s.a(), s.number(*n)}) : kNone;
     }},
    // x % 1 = 0
    {Op::Mod,
     [](const Site& s) { return s.integral() && s.is(s.b(), 1) ? s.number(0) : kNone; }},
    // x % 2^n = x & (2^n - 1)
    {Op::Mod,
     [](const Site& s) {
       if (!power_of_two(s, s.b())) return kNone;
       return s.make(Op::And, {s.a(), s.constant(s.type(), *s.literal(s.b()) - 1)});
     }},
    // pow(x, 1) = x
    {Op::Pow, [](const Site& s) { return operand_if(s.is(s.b(), 1), s.a()); }},
    // pow(x, 0) = 1
    {Op::Pow, [](const Site& s) { return s.is(s.b(), 0) ? s.number(1) : kNone; }},
    // pow(x, 2) = x * x
    {Op::Pow,
     [](const Site& s) { return s.is(s.b(), 2) ? s.make(Op::Mul, {s.a(), s.a()}) : kNone; }},
    // pow(x, -1) = 1 / x
    {Op::Pow,
     [](const Site& s) {
       return !s.integral() && s.is(s.b(), -1) ? s.make(Op::Div, {s.number(1), s.a()}) : kNone;
     }},
    // min(x, x) = x
    {Op::Min, [](const Site& s) { return operand_if(s.a() == s.b(), s.a()); }},
    // max(x, x) = x
    {Op::Max, [](const Site& s) { return operand_if(s.a() == s.b(), s.a()); }},
    // -(-x) = x
    {Op::Neg,
     [](const Site& s) {
       const Inst* neg = s.def(s.a(), Op::Neg);
       return neg ? neg->operands[0] : kNone;
     }},
    // abs(x) = x for unsigned x
    {Op::Abs, [](const Site& s) { return operand_if(!is_signed(s.type()), s.a()); }},
    // abs(-x) = abs(x)
    {Op::Abs,
     [](const Site& s) {
       const Inst* neg = s.def(s.a(), Op::Neg);
       return neg ? s.make(Op::Abs, {neg->operands[0]}) : kNone;
     }},
    // abs(abs(x)) = abs(x)
    {Op::Abs, [](const Site& s) { return operand_if(s.def(s.a(), Op::Abs) != nullptr, s.a()); }},
});

}  // namespace

std::span<const RewriteRule> arithmetic_rules() { return kRules; }

}  // namespace tinsmith::opt
