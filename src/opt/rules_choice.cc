// SPDX-License-Identifier: Apache-2.0
// Identities of bits, comparisons, choices and conversions.
#include <array>

#include "opt/rules.h"

namespace tinsmith::opt {

namespace {

constexpr ValueId kNone{};

ValueId operand_if(bool holds, ValueId v) { return holds ? v : kNone; }

ValueId truth(const Site& s, bool value) { return s.constant(DType::U1, value); }

ValueId literal_right(const Site& s) {
  return s.literal(s.a()) && !s.literal(s.b()) ? s.make(s.inst.op, {s.b(), s.a()}) : kNone;
}

// c < x is x > c.
ValueId mirrored(const Site& s) {
  if (!s.literal(s.a()) || s.literal(s.b())) return kNone;
  Op op = s.inst.op == Op::Lt   ? Op::Gt
          : s.inst.op == Op::Le ? Op::Ge
          : s.inst.op == Op::Gt ? Op::Lt
                                : Op::Le;
  return s.make(op, {s.b(), s.a()});
}

bool same_integers(const Site& s) { return s.a() == s.b() && is_integral(s.type_of(s.a()).dtype); }

// The u1 behind a comparison with zero: `u1` itself, or `cast u1`.
ValueId tested_bit(const Site& s) {
  if (!s.is(s.b(), 0)) return kNone;
  if (s.type_of(s.a()).dtype == DType::U1) return s.a();
  const Inst* cast = s.def(s.a(), Op::Cast);
  return cast && s.type_of(cast->operands[0]).dtype == DType::U1 ? cast->operands[0] : kNone;
}

// Whether every value of `from` is a value of `to`.
bool holds_all(DType to, DType from) {
  if (from == DType::U1) return true;
  if (is_real(to) != is_real(from)) return false;
  if (is_real(to)) return bits(to) >= bits(from);
  if (to == DType::U1) return false;
  if (is_signed(to) == is_signed(from)) return bits(to) >= bits(from);
  return is_signed(to) && bits(to) > bits(from);
}

// cast(cast(x)) in one step: where the middle type keeps every value, or cuts nothing that the last
// one keeps.
ValueId cast_of_cast(const Site& s) {
  const Inst* inner = s.def(s.a(), Op::Cast);
  if (!inner) return kNone;
  DType from = s.type_of(inner->operands[0]).dtype, middle = s.type_of(s.a()).dtype, to = s.type();
  bool wraps = is_integral(from) && is_integral(middle) && is_integral(to) && to != DType::U1 &&
               middle != DType::U1 && bits(to) <= bits(middle);
  return holds_all(middle, from) || wraps ? s.make(Op::Cast, {inner->operands[0]}) : kNone;
}

constexpr auto kRules = std::to_array<RewriteRule>({
    {Op::And, literal_right},
    // x & 0 = 0
    {Op::And, [](const Site& s) { return operand_if(s.is(s.b(), 0), s.b()); }},
    // x & ~0 = x
    {Op::And, [](const Site& s) { return operand_if(s.all_ones(s.b()), s.a()); }},
    // x & x = x
    {Op::And, [](const Site& s) { return operand_if(s.a() == s.b(), s.a()); }},
    {Op::Or, literal_right},
    // x | 0 = x
    {Op::Or, [](const Site& s) { return operand_if(s.is(s.b(), 0), s.a()); }},
    // x | ~0 = ~0
    {Op::Or, [](const Site& s) { return operand_if(s.all_ones(s.b()), s.b()); }},
    // x | x = x
    {Op::Or, [](const Site& s) { return operand_if(s.a() == s.b(), s.a()); }},
    {Op::Xor, literal_right},
    // x ^ 0 = x
    {Op::Xor, [](const Site& s) { return operand_if(s.is(s.b(), 0), s.a()); }},
    // x ^ ~0 = ~x
    {Op::Xor, [](const Site& s) { return s.all_ones(s.b()) ? s.make(Op::Not, {s.a()}) : kNone; }},
    // x ^ x = 0
    {Op::Xor, [](const Site& s) { return s.a() == s.b() ? s.constant(s.type(), 0) : kNone; }},
    // x << 0 = x
    {Op::Shl, [](const Site& s) { return operand_if(s.is(s.b(), 0), s.a()); }},
    // x >> 0 = x
    {Op::Shr, [](const Site& s) { return operand_if(s.is(s.b(), 0), s.a()); }},
    // ~~x = x
    {Op::Not,
     [](const Site& s) {
       const Inst* inner = s.def(s.a(), Op::Not);
       return inner ? inner->operands[0] : kNone;
     }},
    // not (x == y) is x != y
    {Op::Not,
     [](const Site& s) {
       const Inst* eq = s.def(s.a(), Op::Eq);
       return eq ? s.make(Op::Ne, {eq->operands[0], eq->operands[1]}) : kNone;
     }},
    // not (x != y) is x == y
    {Op::Not,
     [](const Site& s) {
       const Inst* ne = s.def(s.a(), Op::Ne);
       return ne ? s.make(Op::Eq, {ne->operands[0], ne->operands[1]}) : kNone;
     }},
    {Op::Lt, mirrored},
    // x < x is false, of NaN too
    {Op::Lt, [](const Site& s) { return s.a() == s.b() ? truth(s, false) : kNone; }},
    {Op::Le, mirrored},
    // x <= x
    {Op::Le, [](const Site& s) { return same_integers(s) ? truth(s, true) : kNone; }},
    {Op::Gt, mirrored},
    // x > x is false, of NaN too
    {Op::Gt, [](const Site& s) { return s.a() == s.b() ? truth(s, false) : kNone; }},
    {Op::Ge, mirrored},
    // x >= x
    {Op::Ge, [](const Site& s) { return same_integers(s) ? truth(s, true) : kNone; }},
    {Op::Eq, literal_right},
    // x == x
    {Op::Eq, [](const Site& s) { return same_integers(s) ? truth(s, true) : kNone; }},
    // bit == 0 is not bit
    {Op::Eq,
     [](const Site& s) {
       ValueId bit = tested_bit(s);
       return bit ? s.make(Op::Not, {bit}) : kNone;
     }},
    // bit == true is bit
    {Op::Eq,
     [](const Site& s) {
       return operand_if(s.type_of(s.a()).dtype == DType::U1 && s.is(s.b(), 1), s.a());
     }},
    {Op::Ne, literal_right},
    // x != x is false
    {Op::Ne, [](const Site& s) { return same_integers(s) ? truth(s, false) : kNone; }},
    // bit != 0 is bit
    {Op::Ne, tested_bit},
    // bit != true is not bit
    {Op::Ne,
     [](const Site& s) {
       bool bit = s.type_of(s.a()).dtype == DType::U1 && s.is(s.b(), 1);
       return bit ? s.make(Op::Not, {s.a()}) : kNone;
     }},
    // select(true, x, y) = x, select(false, x, y) = y
    {Op::Select,
     [](const Site& s) {
       auto cond = s.literal(s.a());
       return cond ? (*cond ? s.b() : s.c()) : kNone;
     }},
    // select(c, x, x) = x
    {Op::Select, [](const Site& s) { return operand_if(s.b() == s.c(), s.b()); }},
    // select(not c, x, y) = select(c, y, x)
    {Op::Select,
     [](const Site& s) {
       const Inst* inner = s.def(s.a(), Op::Not);
       return inner ? s.make(Op::Select, {inner->operands[0], s.c(), s.b()}) : kNone;
     }},
    // select(c, true, false) = c
    {Op::Select,
     [](const Site& s) {
       bool same = s.type() == DType::U1 && s.is(s.b(), 1) && s.is(s.c(), 0);
       return operand_if(same, s.a());
     }},
    // select(c, false, true) = not c
    {Op::Select,
     [](const Site& s) {
       bool opposite = s.type() == DType::U1 && s.is(s.b(), 0) && s.is(s.c(), 1);
       return opposite ? s.make(Op::Not, {s.a()}) : kNone;
     }},
    // a cast to the same type
    {Op::Cast, [](const Site& s) { return operand_if(s.type_of(s.a()).dtype == s.type(), s.a()); }},
    {Op::Cast, cast_of_cast},
    // a bit_cast to the same type
    {Op::BitCast,
     [](const Site& s) { return operand_if(s.type_of(s.a()).dtype == s.type(), s.a()); }},
    // bit_cast(bit_cast(x)) = bit_cast(x)
    {Op::BitCast,
     [](const Site& s) {
       const Inst* inner = s.def(s.a(), Op::BitCast);
       return inner ? s.make(Op::BitCast, {inner->operands[0]}) : kNone;
     }},
});

}  // namespace

std::span<const RewriteRule> choice_rules() { return kRules; }

}  // namespace tinsmith::opt
