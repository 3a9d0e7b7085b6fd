// SPDX-License-Identifier: Apache-2.0
// The numeric rules (facts/taichi.md §2.5): promotion, true and floor division, powers, shifts,
// comparison, and all of them component by component on matrices.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

namespace {

std::string_view sign(Operator op) {
  switch (op) {
    case Operator::Add: return "+";
    case Operator::Sub: return "-";
    case Operator::Mult: return "*";
    case Operator::MatMult: return "@";
    case Operator::Div: return "/";
    case Operator::FloorDiv: return "//";
    case Operator::Mod: return "%";
    case Operator::Pow: return "**";
    case Operator::LShift: return "<<";
    case Operator::RShift: return ">>";
    case Operator::BitAnd: return "&";
    case Operator::BitOr: return "|";
    case Operator::BitXor: return "^";
    case Operator::And: return "and";
    case Operator::Or: return "or";
    case Operator::Not: return "not";
    case Operator::Invert: return "~";
    case Operator::UAdd: return "+";
    case Operator::USub: return "-";
    case Operator::Eq: return "==";
    case Operator::NotEq: return "!=";
    case Operator::Lt: return "<";
    case Operator::LtE: return "<=";
    case Operator::Gt: return ">";
    case Operator::GtE: return ">=";
    case Operator::Is: return "is";
    case Operator::IsNot: return "is not";
    case Operator::In: return "in";
    case Operator::NotIn: return "not in";
    case Operator::None: break;
  }
  return "?";
}

}  // namespace

Entity Lowering::binary(Operator op, const Entity& a, const Entity& c, const Expr& at) {
  if (a.is_poison() || c.is_poison()) return Poison{};
  auto *left = a.as<Constant>(), *right = c.as<Constant>();
  if (left && right) {
    std::string why;
    auto folded = fold_binary(op, *left, *right, why);
    return folded ? Entity(*folded)
                  : poison(Code::operand_type, at.place, std::string(sign(op)) + ": " + why);
  }
  auto *first = a.as<Sequence>(), *second = c.as<Sequence>();
  if (first && second && op == Operator::Add && first->is_list == second->is_list) {
    std::vector<Entity> joined = *first->items;
    joined.insert(joined.end(), second->items->begin(), second->items->end());
    return sequence(std::move(joined), first->is_list);
  }
  bool as_matrix = matrix_shape(a) || matrix_shape(c);
  auto python = [&](const Entity& e) {
    return e.as<Opaque>() || e.as<Constant>() || e.as<Sequence>() || e.as<TypeRef>();
  };
  if (!as_matrix && !(is_runtime(a) && is_runtime(c)) && python(a) && python(c) &&
      is_compile_time(a) && is_compile_time(c))
    return settle(host.binary(op, a, c), at.place);
  bool split = at.kind == ExprKind::BinOp;  // then the operands have places of their own
  auto operand = [&](const Entity& e, const Sequence* list, const Place& place) {
    return list && as_matrix ? matrix_of(*list->items, std::nullopt, place) : rvalue(e, place);
  };
  std::optional<Rvalue> x = operand(a, first, split ? at.a->place : at.place);
  std::optional<Rvalue> y = operand(c, second, split ? at.b->place : at.place);
  if (!x || !y) return Poison{};
  locate(at.place);
  std::optional<Rvalue> result = binary_value(op, std::move(*x), std::move(*y), at.place);
  return result ? entity(*result) : Entity(Poison{});
}

std::optional<Rvalue> Lowering::binary_value(Operator op, Rvalue a, Rvalue c, const Place& at) {
  if (op == Operator::MatMult) return matmul(a, c, at);
  Rvalue* both[] = {&a, &c};
  if (!broadcast(both, at, "'" + std::string(sign(op)) + "'")) return std::nullopt;
  Rvalue out{a.shape, {}};
  for (size_t i = 0; i < a.c.size(); ++i) {
    ValueId v = binary_scalar(op, a.c[i], c.c[i], at);
    if (!v) return std::nullopt;
    out.c.push_back(v);
  }
  return out;
}

std::optional<Rvalue> Lowering::matmul(const Rvalue& a, const Rvalue& c, const Place& at) {
  // A vector on the left is a row, on the right a column.
  Shape left = a.shape.dims == 1 && c.shape.dims == 2 ? Shape{1, a.shape.rows, 2} : a.shape;
  const Shape& right = c.shape;
  if (!a.is_matrix() || !c.is_matrix() || left.cols != right.rows) {
    error(Code::shape_mismatch, at, "'@' needs matrices whose inner sizes agree")
        .note("element-wise multiplication is `*`, the scalar product of vectors `a.dot(b)`");
    return std::nullopt;
  }
  Rvalue out{{left.rows, right.cols, right.dims == 1 || a.shape.dims == 1 ? 1u : 2u}, {}};
  if (a.shape.dims == 1 && c.shape.dims == 2) out.shape = {right.cols, 1, 1};
  for (uint32_t i = 0; i < left.rows; ++i)
    for (uint32_t j = 0; j < right.cols; ++j) {
      ValueId sum;
      for (uint32_t k = 0; k < left.cols; ++k) {
        ValueId term = arithmetic(Op::Mul, a.c[i * left.cols + k], c.c[k * right.cols + j]);
        sum = sum ? arithmetic(Op::Add, sum, term) : term;
      }
      out.c.push_back(sum);
    }
  return out;
}

ValueId Lowering::to_bool(ValueId v) {
  if (dtype(v) == DType::U1) return v;
  return b.compare(Op::Ne, v, b.constant_int(dtype(v), 0));
}

ValueId Lowering::arithmetic(Op op, ValueId a, ValueId c) {
  DType type = promote(dtype(a), dtype(c));
  if (type == DType::U1) type = DType::I32;
  ValueId left = cast(a, type), right = cast(c, type);
  return b.binary(op, left, right);
}

ValueId Lowering::binary_scalar(Operator op, ValueId a, ValueId c, const Place& at) {
  auto integers_only = [&]() {
    for (ValueId v : {a, c})
      if (is_real(dtype(v))) {
        error(Code::operand_type, at,
              "unsupported operand type for '" + std::string(sign(op)) +
                  "': " + std::string(tinsmith::name(dtype(a))) + " and " +
                  std::string(tinsmith::name(dtype(c))))
            .note("it needs integers; ti.cast(x, ti.i32) converts");
        return false;
      }
    return true;
  };
  DType common = promote(dtype(a), dtype(c));
  auto bitwise = [&](Op o) {
    if (!integers_only()) return ValueId{};
    ValueId left = cast(a, common), right = cast(c, common);
    return b.binary(o, left, right);
  };
  switch (op) {
    case Operator::Add: return arithmetic(Op::Add, a, c);
    case Operator::Sub: return arithmetic(Op::Sub, a, c);
    case Operator::Mult: return arithmetic(Op::Mul, a, c);
    case Operator::FloorDiv: return arithmetic(Op::FloorDiv, a, c);
    case Operator::Mod: return arithmetic(Op::Mod, a, c);
    case Operator::Div: {
      DType type = is_real(common) ? common : request.options.default_fp;
      ValueId left = cast(a, type), right = cast(c, type);
      return b.binary(Op::Div, left, right);
    }
    case Operator::Pow: return power(a, c, at);
    case Operator::BitAnd: return bitwise(Op::And);
    case Operator::BitOr: return bitwise(Op::Or);
    case Operator::BitXor: return bitwise(Op::Xor);
    case Operator::LShift:
    case Operator::RShift: {
      if (!integers_only()) return {};
      ValueId left = dtype(a) == DType::U1 ? cast(a, DType::I32) : a;
      ValueId count = dtype(c) == DType::U1 ? cast(c, DType::I32) : c;
      return b.value(op == Operator::LShift ? Op::Shl : Op::Shr, fn[left].type, {left, count});
    }
    case Operator::And:
    case Operator::Or: {
      if (!integers_only()) return {};
      ValueId left = to_bool(a), right = to_bool(c);
      return b.binary(op == Operator::And ? Op::And : Op::Or, left, right);
    }
    default: break;
  }
  error(Code::operand_type, at,
        "'" + std::string(sign(op)) + "' is not defined for these operands");
  return {};
}

ValueId Lowering::power_by_squaring(ValueId a, uint32_t n) {
  ValueId result;
  for (ValueId square = a; n > 0; n >>= 1) {
    if (n & 1) result = result ? b.binary(Op::Mul, result, square) : square;
    if (n > 1) square = b.binary(Op::Mul, square, square);
  }
  return result;
}

ValueId Lowering::power(ValueId base, ValueId exponent, const Place& at) {
  bool whole = !is_real(dtype(exponent));
  DType type = whole ? dtype(base) : promote(dtype(base), dtype(exponent));
  if (type == DType::U1) type = DType::I32;
  ValueId a = cast(base, type);
  std::optional<double> known = as_real(fn, exponent);
  if (known && *known == static_cast<int32_t>(*known) && std::abs(*known) <= 32) {
    int32_t n = static_cast<int32_t>(*known);
    if (n == 0) return b.constant_int(type, 1);
    if (n < 0 && !is_real(type)) {
      error(Code::negative_power, at, "negative exponent on an integer base")
          .note("an integer cannot hold the result; write `ti.cast(x, float) ** -n`");
      return {};
    }
    ValueId result = power_by_squaring(a, static_cast<uint32_t>(std::abs(n)));
    return n > 0 ? result : b.binary(Op::Div, b.constant(type, 1), result);
  }
  if (known && *known == 0.5) return b.unary(Op::Sqrt, a);
  if (whole) return b.value(Op::IPow, value_of(type), {a, cast(exponent, DType::I32)});
  ValueId e = cast(exponent, type);
  return b.binary(Op::Pow, a, e);
}

Entity Lowering::unary(Operator op, const Entity& a, const Expr& at) {
  if (a.is_poison()) return a;
  if (auto* c = a.as<Constant>()) {
    std::string why;
    auto folded = fold_unary(op, *c, why);
    return folded ? Entity(*folded)
                  : poison(Code::operand_type, at.place, std::string(sign(op)) + ": " + why);
  }
  if (!is_runtime(a)) {
    if (op != Operator::Not) return settle(host.unary(op, a), at.place);
    Entity t = truth(a, at.place);
    auto* known = t.as<Constant>();
    return known ? boolean(!truth_of(*known)) : t;
  }
  std::optional<Rvalue> v = rvalue(a, at.place);
  if (!v) return Poison{};
  locate(at.place);
  for (ValueId& c : v->c) {
    bool needs_integer = op == Operator::Not || op == Operator::Invert;
    if (needs_integer && is_real(dtype(c))) {
      error(Code::operand_type, at.place,
            "'" + std::string(sign(op)) + "' needs integers, not " +
                std::string(tinsmith::name(dtype(c))));
      return Poison{};
    }
    if (op == Operator::Not) c = b.unary(Op::Not, to_bool(c));
    if (op == Operator::Invert) c = b.unary(Op::Not, c);
    if (op == Operator::USub) c = b.unary(Op::Neg, dtype(c) == DType::U1 ? cast(c, DType::I32) : c);
  }
  return entity(*v);
}

Entity Lowering::compare(Operator op, const Entity& a, const Entity& c, const Place& at) {
  if (a.is_poison() || c.is_poison()) return Poison{};
  auto *left = a.as<Constant>(), *right = c.as<Constant>();
  if (left && right)
    if (auto known = fold_compare(op, *left, *right)) return boolean(*known);
  if (auto known = compare_known(op, a, c, at)) return *known;
  static constexpr std::pair<Operator, Op> kOps[] = {
      {Operator::Eq, Op::Eq},  {Operator::NotEq, Op::Ne}, {Operator::Lt, Op::Lt},
      {Operator::LtE, Op::Le}, {Operator::Gt, Op::Gt},    {Operator::GtE, Op::Ge}};
  auto found = std::ranges::find(kOps, op, &std::pair<Operator, Op>::first);
  if (found == std::end(kOps)) {
    error(Code::static_comparison, at,
          "'" + std::string(sign(op)) + "' is supported on compile-time values only")
        .note("compare numbers with == and !=");
    return Poison{};
  }
  std::optional<Rvalue> x = rvalue(a, at), y = rvalue(c, at);
  if (!x || !y) return Poison{};
  Rvalue* both[] = {&*x, &*y};
  if (!broadcast(both, at, "'" + std::string(sign(op)) + "'")) return Poison{};
  locate(at);
  Rvalue out{x->shape, {}};
  for (size_t i = 0; i < x->c.size(); ++i) {
    DType type = promote(dtype(x->c[i]), dtype(y->c[i]));
    if (type == DType::U1) type = DType::I32;
    ValueId p = cast(x->c[i], type), q = cast(y->c[i], type);
    out.c.push_back(b.compare(found->second, p, q));
  }
  return entity(out);
}

// Comparison of things that exist at compile time only: types, tuples, objects, membership.
std::optional<Entity> Lowering::compare_known(Operator op, const Entity& a, const Entity& c,
                                              const Place& at) {
  bool equality =
      op == Operator::Eq || op == Operator::NotEq || op == Operator::Is || op == Operator::IsNot;
  bool ordering = !equality && op != Operator::In && op != Operator::NotIn;
  if (ordering && (a.as<FieldRef>() || c.as<FieldRef>())) return std::nullopt;
  bool positive = op == Operator::Eq || op == Operator::Is || op == Operator::In;
  auto *s = a.as<TypeRef>(), *t = c.as<TypeRef>();
  if (s && t && equality)
    return boolean((s->shape == t->shape && s->dtype == t->dtype) == positive);
  if ((a.is_none() || c.is_none()) && equality)
    return boolean((a.is_none() && c.is_none()) == positive);
  auto *x = a.as<Sequence>(), *y = c.as<Sequence>();
  if ((op == Operator::In || op == Operator::NotIn) && (y || c.as<Dict>())) {
    std::optional<std::vector<Entity>> items = static_items(c, at);
    for (const Entity& item : *items) {
      Entity same = compare(Operator::Eq, a, item, at);
      if (same.is_poison()) return same;
      auto* known = same.as<Constant>();
      if (!known) return std::nullopt;
      if (truth_of(*known)) return boolean(positive);
    }
    return boolean(!positive);
  }
  if (x && y && equality && is_compile_time(a) && is_compile_time(c)) {
    bool same = x->items->size() == y->items->size();
    for (size_t i = 0; same && i < x->items->size(); ++i) {
      Entity one = compare(Operator::Eq, (*x->items)[i], (*y->items)[i], at);
      auto* known = one.as<Constant>();
      same = known && truth_of(*known);
    }
    return boolean(same == positive);
  }
  bool numbers = is_runtime(a) && is_runtime(c);
  if (!numbers && is_compile_time(a) && is_compile_time(c)) {
    if (equality && a.origin && a.origin == c.origin) return boolean(positive);
    return settle(host.binary(op, a, c), at);
  }
  return std::nullopt;
}

}  // namespace tinsmith::frontend
