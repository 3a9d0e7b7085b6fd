// SPDX-License-Identifier: Apache-2.0
// What happens to a widened integer can often happen before it is widened: GPUs have no 64-bit
// integer units. And Mesa 22.3 gets `i64(x) < c` wrong (for an i32 x and a literal c it always says
// no; seen on lavapipe, after NIR's algebraic pass): scripts that compare such must not depend on
// it.
#include <array>
#include <utility>

#include "opt/rules.h"

namespace tinsmith::opt {

namespace {

constexpr ValueId kNone{};

// The integer that `v`, an i64, was widened from; or none.
ValueId widened(const Site& s, ValueId v) {
  const Inst* cast = s.def(v, Op::Cast);
  if (!cast || s.type_of(v).dtype != DType::I64) return kNone;
  DType from = s.type_of(cast->operands[0]).dtype;
  bool is_narrow = is_integral(from) && from != DType::U1 && bits(from) < 64;
  return is_narrow ? cast->operands[0] : kNone;
}

// Where a literal lies, seen from a narrow type.
enum class Place { Below, Within, Above };

Place place_of(int64_t literal, DType type) {
  int64_t span = int64_t{1} << (bits(type) - (is_signed(type) ? 1 : 0));
  if (literal >= span) return Place::Above;
  return literal < (is_signed(type) ? -span : 0) ? Place::Below : Place::Within;
}

// i64(x) < c
ValueId compared(const Site& s) {
  ValueId x = widened(s, s.a());
  auto literal = s.literal(s.b());
  if (!x || !literal) return kNone;
  auto value = static_cast<int64_t>(*literal);
  DType type = s.type_of(x).dtype;
  Op op = s.inst.op;
  switch (place_of(value, type)) {
    case Place::Within: return s.make(op, {x, s.constant(type, const_bits_int(type, value))});
    case Place::Above: return s.constant(DType::U1, op == Op::Lt || op == Op::Le || op == Op::Ne);
    case Place::Below: return s.constant(DType::U1, op == Op::Gt || op == Op::Ge || op == Op::Ne);
  }
  return kNone;
}

// min(i64(x), c), max(i64(x), c)
ValueId bounded(const Site& s) {
  ValueId wide = s.a(), bound = s.b();
  if (s.literal(wide)) std::swap(wide, bound);
  ValueId x = widened(s, wide);
  auto literal = s.literal(bound);
  if (!x || !literal) return kNone;
  auto value = static_cast<int64_t>(*literal);
  DType type = s.type_of(x).dtype;
  Place place = place_of(value, type);
  if (place != Place::Within) {
    return (place == Place::Above) == (s.inst.op == Op::Min) ? wide : bound;
  }
  ValueId narrow = s.constant(type, const_bits_int(type, value));
  return s.make(Op::Cast, {s.make(s.inst.op, value_of(type), {x, narrow})});
}

// sign(i64(x)): of a signed x, since the sign of an unsigned one is no operation.
ValueId sign(const Site& s) {
  ValueId x = widened(s, s.a());
  if (!x || !is_signed(s.type_of(x).dtype)) return kNone;
  return s.make(Op::Cast, {s.make(Op::Sign, s.type_of(x), {x})});
}

constexpr auto kRules = std::to_array<RewriteRule>({
    {Op::Min, bounded},
    {Op::Max, bounded},
    {Op::Sign, sign},
    {Op::Lt, compared},
    {Op::Le, compared},
    {Op::Gt, compared},
    {Op::Ge, compared},
    {Op::Eq, compared},
    {Op::Ne, compared},
});

}  // namespace

std::span<const RewriteRule> width_rules() { return kRules; }

}  // namespace tinsmith::opt
