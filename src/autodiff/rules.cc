// SPDX-License-Identifier: Apache-2.0
// Derivatives, one row per operation. Where a function has no derivative the choice is stated: 0
// for abs and sign at 0 and for steps (floor, ceil, round), the right operand for a tie of min and
// max.
#include "autodiff/rules.h"

#include "support/check.h"

namespace tinsmith::autodiff {

namespace {

constexpr uint8_t kA = 1 << 0, kB = 1 << 1, kR = 1 << kResult;

// An application with the arithmetic that formulas are written in.
struct Rule : Application {
  explicit Rule(const Application& a) : Application(a) {}
  DType type() const { return b.fn()[g].type.dtype; }
  ValueId x() const { return primal(0); }
  ValueId y() const { return primal(1); }
  ValueId r() const { return primal(kResult); }
  ValueId real(double v) const { return b.constant(type(), v); }
  ValueId add(ValueId p, ValueId q) const { return b.binary(Op::Add, p, q); }
  ValueId sub(ValueId p, ValueId q) const { return b.binary(Op::Sub, p, q); }
  ValueId mul(ValueId p, ValueId q) const { return b.binary(Op::Mul, p, q); }
  ValueId div(ValueId p, ValueId q) const { return b.binary(Op::Div, p, q); }
  ValueId neg(ValueId p) const { return b.unary(Op::Neg, p); }
};

// x - y * [x / y] gives -[x / y] to y; the quotient rounds to zero for C's remainder, down for
// Python's.
ValueId remainder(const Application& a) {
  Rule r(a);
  if (r.k == 0) return r.g;
  ValueId q = r.div(r.x(), r.y());
  ValueId down = r.b.unary(Op::Floor, q);
  if (r.op == Op::Mod) return r.mul(r.g, r.neg(down));
  ValueId negative = r.b.compare(Op::Lt, q, r.real(0));
  return r.mul(r.g, r.neg(r.b.select(negative, r.b.unary(Op::Ceil, q), down)));
}

// To x: y * x^(y-1), which is 0 and not 0 * inf where y is 0. To y: log(x) * x^y; where x <= 0 the
// power is defined at integral y only and has no derivative: 0.
ValueId power(const Application& a) {
  Rule r(a);
  if (r.k == 0) {
    ValueId factor = r.mul(r.y(), r.b.binary(Op::Pow, r.x(), r.sub(r.y(), r.real(1))));
    return r.mul(r.g, r.b.select(r.b.compare(Op::Eq, r.y(), r.real(0)), r.real(0), factor));
  }
  ValueId positive = r.b.compare(Op::Gt, r.x(), r.real(0));
  ValueId log = r.b.unary(Op::Log, r.b.select(positive, r.x(), r.real(1)));
  return r.mul(r.g, r.b.select(positive, r.mul(log, r.r()), r.real(0)));
}

// n * x^(n-1) with an integer n.
ValueId integer_power(const Application& a) {
  Rule r(a);
  DType count = r.b.fn()[r.y()].type.dtype;
  ValueId less = r.b.binary(Op::Sub, r.y(), r.b.constant_int(count, 1));
  ValueId factor = r.mul(r.b.cast(r.y(), r.type()), r.b.binary(Op::IPow, r.x(), less));
  ValueId constant = r.b.compare(Op::Eq, r.y(), r.b.constant_int(count, 0));
  return r.mul(r.g, r.b.select(constant, r.real(0), factor));
}

ValueId atan2(const Application& a) {
  Rule r(a);
  ValueId squares = r.add(r.mul(r.x(), r.x()), r.mul(r.y(), r.y()));
  return r.k == 0 ? r.div(r.mul(r.g, r.y()), squares) : r.neg(r.div(r.mul(r.g, r.x()), squares));
}

// min and max pass the gradient to the left operand where it is strictly the one chosen.
ValueId chosen(const Application& a) {
  Rule r(a);
  ValueId left = r.b.compare(r.op == Op::Min ? Op::Lt : Op::Gt, r.x(), r.y());
  return r.k == 0 ? r.b.select(left, r.g, r.real(0)) : r.b.select(left, r.real(0), r.g);
}

ValueId select(const Application& a) {
  Rule r(a);
  return r.k == 1 ? r.b.select(r.x(), r.g, r.real(0)) : r.b.select(r.x(), r.real(0), r.g);
}

// asin: 1 / sqrt(1 - x^2); acos: the negative.
ValueId arc(const Application& a) {
  Rule r(a);
  ValueId d = r.div(r.g, r.b.unary(Op::Sqrt, r.sub(r.real(1), r.mul(r.x(), r.x()))));
  return r.op == Op::Asin ? d : r.neg(d);
}

using Formula = ValueId (*)(const Application&);
constexpr Derivative none() { return {}; }
constexpr Derivative unary(uint8_t needs, Formula formula, bool singular = false) {
  return {{{{true, needs}, {}, {}}}, formula, singular};
}
constexpr Derivative binary(uint8_t to_a, uint8_t to_b, Formula formula, bool singular = false) {
  return {{{{true, to_a}, {true, to_b}, {}}}, formula, singular};
}
constexpr Derivative unknown() { return unary(0, nullptr); }
#define TS_RULE(expr)                   \
  [](const Application& a) -> ValueId { \
    Rule r(a);                          \
    return expr;                        \
  }

}  // namespace

Derivative derivative(Op op) {
  switch (op) {
    case Op::Add: return binary(0, 0, TS_RULE(r.g));
    case Op::Sub: return binary(0, 0, TS_RULE(r.k == 0 ? r.g : r.neg(r.g)));
    case Op::Mul: return binary(kB, kA, TS_RULE(r.mul(r.g, r.k == 0 ? r.y() : r.x())));
    case Op::Div:
      return binary(kB, kB | kR,
                    TS_RULE(r.k == 0 ? r.div(r.g, r.y()) : r.neg(r.div(r.mul(r.g, r.r()), r.y()))),
                    true);
    case Op::Rem:
    case Op::Mod: return binary(0, kA | kB, remainder);
    case Op::Pow: return binary(kA | kB, kA | kR, power, true);
    case Op::IPow: return unary(kA | kB, integer_power, true);
    case Op::Atan2: return binary(kA | kB, kA | kB, atan2, true);
    case Op::Min:
    case Op::Max: return binary(kA | kB, kA | kB, chosen);
    case Op::Neg: return unary(0, TS_RULE(r.neg(r.g)));
    case Op::Abs: return unary(kA, TS_RULE(r.mul(r.g, r.b.unary(Op::Sign, r.x()))));
    case Op::Sqrt: return unary(kR, TS_RULE(r.div(r.mul(r.g, r.real(0.5)), r.r())), true);
    case Op::Rsqrt:
      return unary(kR, TS_RULE(r.mul(r.mul(r.g, r.real(-0.5)), r.mul(r.r(), r.mul(r.r(), r.r())))),
                   true);
    case Op::Sin: return unary(kA, TS_RULE(r.mul(r.g, r.b.unary(Op::Cos, r.x()))));
    case Op::Cos: return unary(kA, TS_RULE(r.neg(r.mul(r.g, r.b.unary(Op::Sin, r.x())))));
    case Op::Tan:
      return unary(kR, TS_RULE(r.mul(r.g, r.add(r.real(1), r.mul(r.r(), r.r())))), true);
    case Op::Asin:
    case Op::Acos: return unary(kA, arc, true);
    case Op::Tanh: return unary(kR, TS_RULE(r.mul(r.g, r.sub(r.real(1), r.mul(r.r(), r.r())))));
    case Op::Exp: return unary(kR, TS_RULE(r.mul(r.g, r.r())));
    case Op::Log: return unary(kA, TS_RULE(r.div(r.g, r.x())), true);
    case Op::Select: return {{{{}, {true, kA}, {true, kA}}}, select, false};
    case Op::Cast: return unary(0, TS_RULE(r.b.cast(r.g, r.source)));
    case Op::FrexpMantissa:
    case Op::BitCast: return unknown();
    // Steps and integers: zero almost everywhere.
    case Op::FloorDiv:
    case Op::Sign:
    case Op::Floor:
    case Op::Ceil:
    case Op::Round:
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Shl:
    case Op::Shr:
    case Op::Not:
    case Op::FrexpExponent:
    case Op::PopCount:
    case Op::Clz:
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge:
    case Op::Eq:
    case Op::Ne: return none();
    // Sources, memory and control.
    case Op::Const:
    case Op::Arg:
    case Op::ArrayDim:
    case Op::Random:
    case Op::Var:
    case Op::Elem:
    case Op::FieldPtr:
    case Op::ArrayPtr:
    case Op::TempPtr:
    case Op::Load:
    case Op::Store:
    case Op::AtomicAdd:
    case Op::AtomicMul:
    case Op::AtomicMin:
    case Op::AtomicMax:
    case Op::AtomicAnd:
    case Op::AtomicOr:
    case Op::AtomicXor:
    case Op::Return:
    case Op::If:
    case Op::For:
    case Op::While:
    case Op::ParallelFor:
    case Op::Task:
    case Op::Yield:
    case Op::Break:
    case Op::Continue: return none();
  }
  TS_UNREACHABLE("unknown operation");
}
#undef TS_RULE

ValueId contribution(Builder& b, const Inst& inst, size_t k, ValueId g, const Primal& primal,
                     bool guard) {
  Derivative rule = derivative(inst.op);
  Application a{b, inst.op, b.fn()[inst.operands[k]].type.dtype, k, g, primal};
  ValueId result = rule.formula(a);
  bool multiplies = rule.operand[k].needs != 0 && rule.formula != chosen && rule.formula != select;
  if (!multiplies || !(guard || rule.singular)) return result;
  ValueId zero = b.constant(a.source, 0);
  return b.select(b.compare(Op::Ne, g, zero), result, zero);
}

}  // namespace tinsmith::autodiff
