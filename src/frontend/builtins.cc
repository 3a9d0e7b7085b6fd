// SPDX-License-Identifier: Apache-2.0
// The functions that the language itself has, by the names the bridge gives them: a table from name
// to handler. Functions written in Python over these (ti.math, matrix methods) are not here.
#include <algorithm>
#include <cmath>

#include "frontend/builtin_kinds.h"
#include "frontend/lowering.h"

namespace tinsmith::frontend {

namespace {

bool needs(Lowering& l, const Call& call, size_t least, size_t most) {
  size_t n = call.args.size();
  if (n >= least && n <= most) return true;
  std::string wanted = std::to_string(least) + (most > least ? " to " + std::to_string(most) : "");
  l.error(Code::bad_argument, call.expr.place,
          "this function takes " + wanted + " arguments, here are " + std::to_string(n));
  return false;
}

const Constant* number(const Entity& e) {
  auto* c = e.as<Constant>();
  return c && c->is_number() ? c : nullptr;
}

// --- One real operand. Integers are converted for the functions for which that makes sense.
template <Op op, double (*fold)(double), bool converts>
Entity real_function(Lowering& l, const Call& call) {
  if (!needs(l, call, 1, 2)) return Poison{};
  if (const Constant* c = number(call.args[0]); c && call.args.size() == 1)
    return real(fold(c->as_real()));
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  if (!v) return Poison{};
  if (!is_real(l.dtype(*v))) {
    if (!converts)
      return l.poison(Code::operand_type, call.place(0),
                      "'" + std::string(info(op).text) + "' takes real inputs only, however '" +
                          std::string(name(l.dtype(*v))) + "' is provided");
    v = l.cast(*v, l.request.options.default_fp);
  }
  for (ValueId& c : v->c) c = l.b.unary(op, c);
  const Entity* type = call.args.size() > 1 ? &call.args[1] : call.keyword("dtype");
  if (type && !type->is_none()) {
    std::optional<DType> to = l.type_argument(*type, call.expr.place);
    if (!to) return Poison{};
    v = l.cast(*v, *to);
  }
  return l.entity(*v);
}

double rsqrt(double x) { return 1 / std::sqrt(x); }
double half_even(double x) { return std::nearbyint(x); }

Entity absolute(Lowering& l, const Call& call) {
  if (!needs(l, call, 1, 1)) return Poison{};
  if (const Constant* c = number(call.args[0]))
    return c->is_int() ? integer(c->integer < 0 ? -c->integer : c->integer)
                       : real(std::fabs(c->real));
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  if (!v) return Poison{};
  for (ValueId& c : v->c)
    if (is_signed(l.dtype(c))) c = l.b.unary(Op::Abs, c);
  return l.entity(*v);
}

template <Op op>
Entity extreme(Lowering& l, const Call& call) {
  std::vector<Entity> args = call.args;
  if (args.size() == 1)
    if (auto* s = args[0].as<Sequence>()) args = *s->items;
  if (args.empty()) return needs(l, call, 1, 64), Poison{};
  Entity best = args[0];
  for (size_t i = 1; i < args.size(); ++i) {
    const Constant *a = number(best), *c = number(args[i]);
    if (a && c) {
      bool less = *fold_compare(Operator::Lt, *c, *a);
      bool more = *fold_compare(Operator::Gt, *c, *a);
      if (op == Op::Min ? less : more) best = args[i];
      continue;
    }
    std::optional<Rvalue> x = l.rvalue(best, call.place(0)), y = l.rvalue(args[i], call.place(i));
    if (!x || !y) return Poison{};
    Rvalue* both[] = {&*x, &*y};
    if (!l.broadcast(both, call.expr.place, info(op).text)) return Poison{};
    for (size_t k = 0; k < x->c.size(); ++k) x->c[k] = l.arithmetic(op, x->c[k], y->c[k]);
    best = l.entity(*x);
  }
  return best;
}

// --- Two operands, component by component.
template <Operator op>
Entity operator_function(Lowering& l, const Call& call) {
  return needs(l, call, 2, 2) ? l.binary(op, call.args[0], call.args[1], call.expr)
                              : Entity(Poison{});
}

using PairRule = ValueId (*)(Lowering&, ValueId, ValueId, const Call&);
template <PairRule rule>
Entity pairwise(Lowering& l, const Call& call) {
  if (!needs(l, call, 2, 2)) return Poison{};
  std::optional<Rvalue> x = l.rvalue(call.args[0], call.place(0)),
                        y = l.rvalue(call.args[1], call.place(1));
  if (!x || !y) return Poison{};
  Rvalue* both[] = {&*x, &*y};
  if (!l.broadcast(both, call.expr.place, "this function")) return Poison{};
  for (size_t i = 0; i < x->c.size(); ++i) {
    x->c[i] = rule(l, x->c[i], y->c[i], call);
    if (!x->c[i]) return Poison{};
  }
  return l.entity(*x);
}

ValueId atan2_rule(Lowering& l, ValueId a, ValueId c, const Call&) {
  bool wide = l.dtype(a) == DType::F64 || l.dtype(c) == DType::F64;
  ValueId y = l.cast(a, wide ? DType::F64 : DType::F32),
          x = l.cast(c, wide ? DType::F64 : DType::F32);
  return l.b.binary(Op::Atan2, y, x);
}
Entity atan2_function(Lowering& l, const Call& call) {
  const Constant* y = call.args.size() == 2 ? number(call.args[0]) : nullptr;
  const Constant* x = y ? number(call.args[1]) : nullptr;
  return x ? real(std::atan2(y->as_real(), x->as_real())) : pairwise<atan2_rule>(l, call);
}
ValueId raw_div_rule(Lowering& l, ValueId a, ValueId c, const Call&) {
  return l.arithmetic(Op::Div, a, c);
}
ValueId raw_mod_rule(Lowering& l, ValueId a, ValueId c, const Call&) {
  return l.arithmetic(Op::Rem, a, c);
}

DType unsigned_of(DType t) {
  switch (bits(t)) {
    case 8: return DType::U8;
    case 16: return DType::U16;
    case 64: return DType::U64;
    default: return DType::U32;
  }
}

ValueId bit_shr_rule(Lowering& l, ValueId a, ValueId c, const Call& call) {
  if (is_real(l.dtype(a)) || is_real(l.dtype(c))) {
    l.error(Code::operand_type, call.expr.place, "bit_shr needs integers");
    return {};
  }
  DType own = l.dtype(a);
  ValueId logical = l.cast(a, unsigned_of(own));
  return l.cast(l.b.value(Op::Shr, l.fn[logical].type, {logical, c}), own);
}

Entity not_function(Lowering& l, const Call& call) {
  return needs(l, call, 1, 1) ? l.unary(Operator::Not, call.args[0], call.expr) : Entity(Poison{});
}

Entity select_function(Lowering& l, const Call& call) {
  if (!needs(l, call, 3, 3)) return Poison{};
  std::optional<Rvalue> v[3];
  for (size_t i = 0; i < 3; ++i)
    if (!(v[i] = l.rvalue(call.args[i], call.place(i)))) return Poison{};
  return l.select(*v[0], *v[1], *v[2], call.expr.place);
}

Entity cast_function(Lowering& l, const Call& call) {
  if (!needs(l, call, 2, 2)) return Poison{};
  std::optional<DType> to = l.type_argument(call.args[1], call.place(1));
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  return v && to ? l.entity(l.cast(*v, *to)) : Entity(Poison{});
}

Entity bit_cast_function(Lowering& l, const Call& call) {
  if (!needs(l, call, 2, 2)) return Poison{};
  std::optional<DType> to = l.type_argument(call.args[1], call.place(1));
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  if (!v || !to) return Poison{};
  if (bits(*to) != bits(l.dtype(*v)))
    return l.poison(Code::bad_argument, call.expr.place,
                    "bit_cast needs types of one width, not " + std::string(name(l.dtype(*v))) +
                        " and " + std::string(name(*to)));
  for (ValueId& c : v->c)
    if (l.dtype(c) != *to) c = l.b.value(Op::BitCast, value_of(*to), {c});
  return l.entity(*v);
}

// int(x), float(x), bool(x)
Entity convert(Lowering& l, const Call& call, DType to, Entity (*fold)(const Constant&)) {
  if (!needs(l, call, 1, 1)) return Poison{};
  if (const Constant* c = number(call.args[0])) return fold(*c);
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  return v ? l.entity(l.cast(*v, to)) : Entity(Poison{});
}
Entity int_function(Lowering& l, const Call& call) {
  return convert(l, call, l.request.options.default_ip, [](const Constant& c) {
    return integer(c.is_int() ? c.integer : static_cast<Integer>(c.real));
  });
}
Entity float_function(Lowering& l, const Call& call) {
  return convert(l, call, l.request.options.default_fp,
                 [](const Constant& c) { return real(c.as_real()); });
}
Entity bool_function(Lowering& l, const Call& call) {
  return convert(l, call, DType::U1, [](const Constant& c) { return boolean(truth_of(c)); });
}

Entity frexp_function(Lowering& l, const Call& call) {
  if (!needs(l, call, 1, 1)) return Poison{};
  ValueId v = l.scalar(call.args[0], call.place(0));
  if (!v) return Poison{};
  if (!is_real(l.dtype(v)))
    return l.poison(Code::operand_type, call.place(0), "frexp needs a real number");
  return sequence({Scalar{l.b.unary(Op::FrexpMantissa, v)},
                   Scalar{l.b.value(Op::FrexpExponent, value_of(DType::I32), {v})}},
                  false);
}

template <Op op>
Entity bit_count(Lowering& l, const Call& call) {
  if (!needs(l, call, 1, 1)) return Poison{};
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  if (!v) return Poison{};
  if (is_real(l.dtype(*v)))
    return l.poison(Code::operand_type, call.place(0), "this function needs an integer");
  for (ValueId& c : v->c) c = l.b.value(op, value_of(DType::I32), {c});
  return l.entity(*v);
}

Entity random_function(Lowering& l, const Call& call) {
  DType type = l.request.options.default_fp;
  const Entity* given = call.args.empty() ? call.keyword("dtype") : &call.args[0];
  if (given) {
    std::optional<DType> asked = l.type_argument(*given, call.expr.place);
    if (!asked) return Poison{};
    type = *asked;
  }
  return Scalar{l.b.value(Op::Random, value_of(type), {})};
}

// --- zero(x), one(x): of the type and shape of x.
template <int value>
Entity filled_like(Lowering& l, const Call& call) {
  if (!needs(l, call, 1, 1)) return Poison{};
  if (const Constant* c = number(call.args[0])) return c->is_int() ? integer(value) : real(value);
  std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
  if (!v) return Poison{};
  for (ValueId& c : v->c) c = l.b.constant_int(l.dtype(c), value);
  return l.entity(*v);
}

// --- Atomics: the destination's old value is the result.
void atomic_component(Lowering& l, Op op, const Memory& to, size_t i, ValueId value,
                      std::vector<ValueId>* old, const Place& at) {
  ValueId where = l.pointer(to, i);
  bool shared = to.kind != Memory::Kind::Local || (to.shared && l.in_parallel);
  if (shared) {
    InstId id =
        old ? l.b.emit(op, {where, value}, {value_of(to.dtype)}) : l.b.emit(op, {where, value}, {});
    if (old) old->push_back(l.fn[id].results[0]);
    return;
  }
  ValueId before = l.b.load(where);
  static constexpr std::pair<Op, Op> kPlain[] = {{Op::AtomicAdd, Op::Add}, {Op::AtomicMul, Op::Mul},
                                                 {Op::AtomicMin, Op::Min}, {Op::AtomicMax, Op::Max},
                                                 {Op::AtomicAnd, Op::And}, {Op::AtomicOr, Op::Or},
                                                 {Op::AtomicXor, Op::Xor}};
  Op plain = std::ranges::find(kPlain, op, &std::pair<Op, Op>::first)->second;
  bool bitwise = plain == Op::And || plain == Op::Or || plain == Op::Xor;
  ValueId after = bitwise ? l.b.binary(plain, before, value) : l.arithmetic(plain, before, value);
  l.store_cast(where, to.dtype, after, at);
  if (old) old->push_back(before);
}

template <Op op, bool negated>
Entity atomic(Lowering& l, const Call& call) {
  if (!needs(l, call, 2, 2)) return Poison{};
  const Place& at = call.place(1);
  if (!call.args[0].as<Memory>()) {
    l.error(Code::atomic_destination, call.place(0),
            "cannot use a value that is not in memory as the destination of an atomic operation")
        .note("the destination must be an element of a field or ndarray, or a local variable");
    return Poison{};
  }
  std::optional<Memory> to = l.destination(*call.expr.items[0]);
  std::optional<Rvalue> v = l.rvalue(call.args[1], at);
  if (!v || !to) return Poison{};
  Rvalue shape{to->shape, std::vector(to->shape.size(), v->c[0])};
  Rvalue* both[] = {&shape, &*v};
  if (!l.broadcast(both, call.expr.place, info(op).text)) return Poison{};
  bool bitwise = op == Op::AtomicAnd || op == Op::AtomicOr || op == Op::AtomicXor;
  if (bitwise && (is_real(to->dtype) || is_real(l.dtype(*v))))
    return l.poison(Code::operand_type, at, "bitwise atomics need integers");
  bool unused = l.discarded == &call.expr;
  l.locate(call.expr.place);
  Rvalue old{to->shape, {}};
  for (size_t i = 0; i < v->c.size(); ++i) {
    ValueId value = l.cast(v->c[i], to->dtype);
    if (negated) value = l.b.unary(Op::Neg, value);
    atomic_component(l, op, *to, i, value, unused ? nullptr : &old.c, at);
  }
  return unused ? none() : l.entity(old);
}

}  // namespace

BuiltinHandler find_math_builtin(std::string_view name) {
  using std::acos, std::asin, std::ceil, std::cos, std::exp, std::floor, std::log, std::sin,
      std::sqrt, std::tan, std::tanh;
  static constexpr std::pair<std::string_view, BuiltinHandler> kTable[] = {
      {"sin", real_function<Op::Sin, sin, false>},
      {"cos", real_function<Op::Cos, cos, false>},
      {"tan", real_function<Op::Tan, tan, false>},
      {"asin", real_function<Op::Asin, asin, false>},
      {"acos", real_function<Op::Acos, acos, false>},
      {"tanh", real_function<Op::Tanh, tanh, false>},
      {"exp", real_function<Op::Exp, exp, true>},
      {"log", real_function<Op::Log, log, true>},
      {"sqrt", real_function<Op::Sqrt, sqrt, true>},
      {"rsqrt", real_function<Op::Rsqrt, rsqrt, true>},
      {"floor", real_function<Op::Floor, floor, false>},
      {"ceil", real_function<Op::Ceil, ceil, false>},
      {"round", real_function<Op::Round, half_even, false>},
      {"py.round", real_function<Op::Round, half_even, false>},
      {"abs", absolute},
      {"py.abs", absolute},
      {"min", extreme<Op::Min>},
      {"py.min", extreme<Op::Min>},
      {"max", extreme<Op::Max>},
      {"py.max", extreme<Op::Max>},
      {"pow", operator_function<Operator::Pow>},
      {"py.pow", operator_function<Operator::Pow>},
      {"atan2", atan2_function},
      {"raw_div", pairwise<raw_div_rule>},
      {"raw_mod", pairwise<raw_mod_rule>},
      {"bit_shr", pairwise<bit_shr_rule>},
      {"logical_not", not_function},
      {"select", select_function},
      {"cast", cast_function},
      {"bit_cast", bit_cast_function},
      {"py.int", int_function},
      {"py.float", float_function},
      {"py.bool", bool_function},
      {"frexp", frexp_function},
      {"popcnt", bit_count<Op::PopCount>},
      {"clz", bit_count<Op::Clz>},
      {"random", random_function},
      {"zero", filled_like<0>},
      {"one", filled_like<1>},
      {"atomic_add", atomic<Op::AtomicAdd, false>},
      {"atomic_sub", atomic<Op::AtomicAdd, true>},
      {"atomic_mul", atomic<Op::AtomicMul, false>},
      {"atomic_min", atomic<Op::AtomicMin, false>},
      {"atomic_max", atomic<Op::AtomicMax, false>},
      {"atomic_and", atomic<Op::AtomicAnd, false>},
      {"atomic_or", atomic<Op::AtomicOr, false>},
      {"atomic_xor", atomic<Op::AtomicXor, false>},
  };
  auto found = std::ranges::find(kTable, name, &std::pair<std::string_view, BuiltinHandler>::first);
  return found == std::end(kTable) ? nullptr : found->second;
}

}  // namespace tinsmith::frontend
