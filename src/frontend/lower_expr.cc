// SPDX-License-Identifier: Apache-2.0
// Expressions: what is known at compile time is computed here, the rest becomes instructions.
// Operands are evaluated left to right; memory is loaded when its value is needed.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

Entity Lowering::eval(const Expr& e) {
  switch (e.kind) {
    case ExprKind::Literal: return eval_literal(e);
    case ExprKind::Name: return name(e);
    case ExprKind::Attribute: return attribute(eval(*e.a), e.name, e.place);
    case ExprKind::Subscript: return eval_subscript(e);
    case ExprKind::Call: return eval_call(e);
    case ExprKind::BinOp: {
      Entity a = eval(*e.a);
      Entity c = eval(*e.b);
      return binary(e.op, a, c, e);
    }
    case ExprKind::UnaryOp: return unary(e.op, eval(*e.a), e);
    case ExprKind::BoolOp: return eval_bool_op(e, e.items);
    case ExprKind::Compare: return eval_compare(e);
    case ExprKind::IfExp: return eval_if(e);
    case ExprKind::Tuple:
    case ExprKind::List: return eval_sequence(e);
    case ExprKind::Dict: return eval_dict(e);
    case ExprKind::ListComp:
    case ExprKind::DictComp: return eval_comprehension(e);
    case ExprKind::JoinedStr: return eval_format(e);
    case ExprKind::NamedExpr: {
      assign_to(*e.a, eval(*e.b), false, e.b->place);
      return eval(*e.a);
    }
    case ExprKind::Slice:
    case ExprKind::Starred:
    case ExprKind::FormattedValue:
      return poison(Code::unsupported_syntax, e.place, "this form is not supported here");
    case ExprKind::Unsupported:
      return poison(Code::unsupported_syntax, e.place,
                    "'" + std::string(e.name) + "' is not supported in a kernel");
  }
  TS_UNREACHABLE("expression kind");
}

Entity Lowering::eval_literal(const Expr& e) {
  const Literal& l = e.literal;
  switch (l.kind) {
    case Literal::Kind::None: return none();
    case Literal::Kind::Bool: return boolean(l.integer != 0);
    case Literal::Kind::Int: return integer(l.integer);
    case Literal::Kind::Float: return real(l.real);
    case Literal::Kind::Str: return string(std::string(l.text));
    case Literal::Kind::Other: break;
  }
  return poison(Code::unsupported_syntax, e.place,
                std::string(l.text) + " is not supported in a kernel");
}

const Expr* Lowering::static_argument(const Expr& e) {
  if (e.kind != ExprKind::Call || e.items.size() != 1 || !e.keywords.empty()) return nullptr;
  if (e.items[0]->kind == ExprKind::Starred) return nullptr;
  const Expr* f = e.a;
  while (f->kind == ExprKind::Attribute) f = f->a;
  if (f->kind != ExprKind::Name) return nullptr;
  Entity callee = eval(*e.a);
  auto* builtin = callee.as<BuiltinRef>();
  return builtin && (builtin->name == "static" || builtin->name == "static_range") ? e.items[0]
                                                                                   : nullptr;
}

std::optional<std::vector<Entity>> Lowering::spread(const Expr& e) {
  std::vector<Entity> items;
  for (const Expr* item : e.items) {
    if (item->kind != ExprKind::Starred) {
      items.push_back(eval(*item));
      continue;
    }
    auto more = static_items(eval(*item->a), item->place);
    if (!more) return std::nullopt;
    std::ranges::move(*more, std::back_inserter(items));
  }
  return items;
}

Entity Lowering::eval_sequence(const Expr& e) {
  auto items = spread(e);
  if (!items) return Poison{};
  if (std::ranges::any_of(*items, &Entity::is_poison)) return Poison{};
  return sequence(std::move(*items), e.kind == ExprKind::List);
}

Entity Lowering::eval_dict(const Expr& e) {
  Dict dict{std::make_shared<std::vector<std::pair<Entity, Entity>>>()};
  for (size_t i = 0; i + 1 < e.items.size(); i += 2) {
    Entity key = eval(*e.items[i]);
    dict.items->emplace_back(std::move(key), eval(*e.items[i + 1]));
  }
  return dict;
}

Entity Lowering::eval_comprehension(const Expr& e) {
  std::vector<Entity> items;
  Dict dict{std::make_shared<std::vector<std::pair<Entity, Entity>>>()};
  auto emit = [&] {
    Entity first = eval(*e.a);
    if (e.kind == ExprKind::ListComp)
      items.push_back(std::move(first));
    else
      dict.items->emplace_back(std::move(first), eval(*e.b));
  };
  if (!comprehend(e, 0, emit)) return Poison{};
  return e.kind == ExprKind::ListComp ? sequence(std::move(items), true) : Entity(dict);
}

bool Lowering::comprehend(const Expr& e, size_t depth, const std::function<void()>& emit) {
  if (depth == e.generators.size()) return emit(), true;
  const Generator& g = e.generators[depth];
  const Expr* wrapped = static_argument(*g.iter);
  const Expr& iter = wrapped ? *wrapped : *g.iter;
  auto items = static_items(eval(iter), iter.place);
  if (!items) return false;
  for (const Entity& item : *items) {
    open_scope();
    assign_to(*g.target, item, true, iter.place);
    bool wanted = true, fine = true;
    for (const Expr* condition : g.conditions) {
      std::optional<bool> holds = static_truth(eval(*condition), condition->place);
      fine = fine && holds;
      wanted = wanted && holds.value_or(false);
    }
    if (fine && wanted) fine = comprehend(e, depth + 1, emit);
    close_scope(e.place);
    if (!fine) return false;
  }
  return true;
}

Entity Lowering::eval_format(const Expr& e) {
  std::string out;
  for (const Expr* part : e.items) {
    bool formatted = part->kind == ExprKind::FormattedValue;
    Entity value = eval(formatted ? *part->a : *part);
    if (value.is_poison()) return value;
    if (!is_compile_time(value))
      return poison(Code::not_compile_time, part->place,
                    "a run-time value cannot be formatted into a string");
    Entity spec = formatted && part->c ? eval(*part->c) : string("");
    auto* s = spec.as<Constant>();
    Result<std::string> text = host.format(value, s ? s->text : "");
    if (!text) return poison(Code::host_error, part->place, text.failure().what);
    out += *text;
  }
  return string(std::move(out));
}

Entity Lowering::truth(const Entity& e, const Place& at) {
  if (e.is_poison()) return e;
  if (auto* c = e.as<Constant>()) return boolean(truth_of(*c));
  if (auto* s = e.as<Sequence>()) return boolean(!s->items->empty());
  if (auto* d = e.as<Dict>()) return boolean(!d->items->empty());
  if (e.as<Opaque>()) {
    Result<bool> t = host.truth(e);
    return t ? boolean(*t) : poison(Code::host_error, at, t.failure().what);
  }
  if (matrix_shape(e))
    return poison(Code::condition_type, at, "a condition must be a scalar, not " + describe(e));
  if (!is_runtime(e)) return boolean(true);
  ValueId v = scalar(e, at);
  if (!v) return Poison{};
  if (is_real(dtype(v))) {
    error(Code::condition_type, at,
          "conditions must be an integer; found " + std::string(tinsmith::name(dtype(v))))
        .note("consider using `x != 0` instead of `x` for float values");
    return Poison{};
  }
  return Scalar{to_bool(v)};
}

std::optional<bool> Lowering::static_truth(const Entity& e, const Place& at) {
  if (e.is_poison()) return std::nullopt;
  if (is_compile_time(e)) {
    Entity t = truth(e, at);
    if (auto* c = t.as<Constant>()) return c->integer != 0;
    return std::nullopt;
  }
  error(Code::not_compile_time, at, "this condition is known at run time only")
      .note(
          "`ti.static` needs numbers, types and shapes that are known when the kernel is compiled");
  return std::nullopt;
}

std::optional<Rvalue> Lowering::eval_into(BlockId block, const Expr& e) {
  BlockId before = b.block();
  b.set_block(block);
  std::optional<Rvalue> value = rvalue(eval(e), e.place);
  b.set_block(before);
  return value;
}

// Whether the block can be run without need: a few pure operations that cannot fault.
bool Lowering::is_cheap(BlockId block) const {
  const std::vector<InstId>& insts = fn[block].insts;
  return insts.size() <= 12 && std::ranges::all_of(insts, [&](InstId id) {
           Op op = fn[id].op;
           bool divides = op == Op::Div || op == Op::Rem || op == Op::FloorDiv || op == Op::Mod ||
                          op == Op::IPow;
           return info(op).effects == Effects::None && !divides;
         });
}

void Lowering::splice(BlockId from) {
  std::vector<InstId>& source = fn[from].insts;
  std::vector<InstId>& to = fn[b.block()].insts;
  to.insert(to.end(), source.begin(), source.end());
  source.clear();
}

Entity Lowering::eval_bool_op(const Expr& e, std::span<Expr* const> operands) {
  bool is_and = e.op == Operator::And;
  Entity first = eval(*operands[0]);
  if (operands.size() == 1 || first.is_poison()) return first;
  if (is_compile_time(first) && !first.as<ConstMatrix>()) {
    std::optional<bool> known = static_truth(first, operands[0]->place);
    if (!known) return Poison{};
    return *known == is_and ? eval_bool_op(e, operands.subspan(1)) : first;
  }
  if (matrix_shape(first)) {
    Entity rest = eval_bool_op(e, operands.subspan(1));
    return binary(is_and ? Operator::And : Operator::Or, first, rest, e);
  }
  ValueId left = scalar(first, operands[0]->place);
  if (!left) return Poison{};
  Entity test = truth(Scalar{left}, operands[0]->place);
  if (test.is_poison()) return test;
  ValueId condition = scalar(test, e.place);
  InstId trial = fn.create(Op::If, b.loc, std::span(&condition, 1), {}, 0);
  BlockId then = fn[trial].blocks[0], other = fn[trial].blocks[1];
  BlockId needed = is_and ? then : other;  // where the rest is evaluated
  BlockId before = b.block();
  b.set_block(needed);
  Entity rest = eval_bool_op(e, operands.subspan(1));
  bool rest_is_matrix = matrix_shape(rest).has_value();
  ValueId right = rest_is_matrix ? ValueId{} : scalar(rest, operands[1]->place);
  b.set_block(before);
  if (rest_is_matrix) {
    splice(needed);
    return binary(is_and ? Operator::And : Operator::Or, test, rest, e);
  }
  if (!right) return Poison{};
  if (is_real(dtype(right)))
    return poison(Code::operand_type, operands[1]->place,
                  "'and' and 'or' need integers, not " + std::string(tinsmith::name(dtype(right))));
  locate(e.place);
  // As in Python, the value is that of the operand which decides.
  DType type = promote(dtype(left), dtype(right));
  bool cheap = is_cheap(needed) || !request.options.short_circuit;
  if (cheap && type == DType::U1) {
    splice(needed);
    return Scalar{b.binary(is_and ? Op::And : Op::Or, left, right)};
  }
  left = cast(left, type);
  b.set_block(needed);
  right = cast(right, type);
  b.set_block(before);
  ValueId a = is_and ? right : left, c = is_and ? left : right;
  if (!cheap) return Scalar{choose(condition, then, other, a, c)};
  splice(needed);
  return Scalar{b.select(condition, a, c)};
}

// An `if` that yields; `then` and `other` give up their contents.
ValueId Lowering::choose(ValueId condition, BlockId then, BlockId other, ValueId a, ValueId c) {
  Type type = fn[a].type;
  InstId id = b.emit(Op::If, std::span(&condition, 1), std::span(&type, 1));
  const std::pair<BlockId, ValueId> sides[] = {{then, a}, {other, c}};
  BlockId before = b.block();
  for (size_t i = 0; i < 2; ++i) {
    b.set_block(fn[id].blocks[i]);
    splice(sides[i].first);
    b.yield(std::span(&sides[i].second, 1));
  }
  b.set_block(before);
  return fn[id].results[0];
}

Entity Lowering::eval_if(const Expr& e) {
  if (const Expr* condition = static_argument(*e.a)) {
    std::optional<bool> taken = static_truth(eval(*condition), condition->place);
    return taken ? eval(*taken ? *e.b : *e.c) : Entity(Poison{});
  }
  Entity test = eval(*e.a);
  if (is_compile_time(test)) {
    std::optional<bool> taken = static_truth(test, e.a->place);
    if (!taken) return Poison{};
    return promoted_with(eval(*taken ? *e.b : *e.c), *taken ? *e.c : *e.b, e.place);
  }
  test = truth(test, e.a->place);
  if (test.is_poison()) return test;
  ValueId condition = scalar(test, e.a->place);
  InstId trial = fn.create(Op::If, b.loc, std::span(&condition, 1), {}, 0);
  BlockId then = fn[trial].blocks[0], other = fn[trial].blocks[1];
  std::optional<Rvalue> a = eval_into(then, *e.b), c = eval_into(other, *e.c);
  if (!a || !c) return Poison{};
  locate(e.place);
  bool constants = as_real(fn, a->c[0]) && as_real(fn, c->c[0]);
  if (a->is_matrix() || c->is_matrix() || constants) {
    splice(then);
    splice(other);
    return select(Rvalue{{}, {condition}}, *a, *c, e.place);
  }
  DType type = promote(dtype(*a), dtype(*c));
  BlockId before = b.block();
  b.set_block(then);
  ValueId left = cast(a->c[0], type);
  b.set_block(other);
  ValueId right = cast(c->c[0], type);
  b.set_block(before);
  return Scalar{choose(condition, then, other, left, right)};
}

// The branch that a condition known at compile time chose. Without ti.static the other one still
// has a say in the type; what is wrong with it does not matter.
Entity Lowering::promoted_with(const Entity& chosen, const Expr& other, const Place& at) {
  // Not again inside of such a look: recursion in the branch not taken would never end.
  if (silent > 0 || !is_runtime(chosen) || matrix_shape(chosen)) return chosen;
  BlockId before = b.block();
  b.set_block(
      fn[fn.create(Op::While, b.loc, {}, {}, 0)].blocks[0]);  // an operation that goes nowhere
  bool was_muted = std::exchange(muted, false);
  ++silent;
  Entity unused = eval(other);
  bool numbers = chosen.as<Constant>() && unused.as<Constant>();
  ValueId example =
      is_runtime(unused) && !matrix_shape(unused) && !numbers ? scalar(unused, at) : ValueId{};
  --silent;
  muted = was_muted;
  b.set_block(before);
  ValueId value = example ? scalar(chosen, at) : ValueId{};
  return value ? Entity(Scalar{cast(value, promote(dtype(value), dtype(example)))}) : chosen;
}

Entity Lowering::select(Rvalue condition, Rvalue a, Rvalue c, const Place& at) {
  Rvalue* values[] = {&condition, &a, &c};
  if (!broadcast(values, at, "select")) return Poison{};
  Rvalue* sides[] = {&a, &c};
  common_type(sides);
  Rvalue out{a.shape, {}};
  for (size_t i = 0; i < a.c.size(); ++i) {
    if (is_real(dtype(condition.c[i])))
      return poison(Code::condition_type, at,
                    "the condition of a choice must be an integer or u1, not " +
                        std::string(tinsmith::name(dtype(condition.c[i]))));
    out.c.push_back(b.select(to_bool(condition.c[i]), a.c[i], c.c[i]));
  }
  return entity(out);
}

namespace {

// All tuples of the box, last axis fastest.
void product(const std::vector<std::pair<Integer, Integer>>& box, std::vector<Entity>& at,
             const std::function<void(const std::vector<Entity>&)>& emit) {
  if (at.size() == box.size()) return emit(at);
  auto [begin, end] = box[at.size()];
  for (Integer i = begin; i < end; ++i) {
    at.push_back(integer(i));
    product(box, at, emit);
    at.pop_back();
  }
}

}  // namespace

std::optional<std::vector<Entity>> Lowering::static_range(const RangeRef& range, bool grouped,
                                                          const Place& at) {
  std::vector<Entity> out;
  std::vector<std::pair<Integer, Integer>> box;
  for (const auto& [first, last] : *range.bounds) {
    auto begin = need_integer(first, at, "the bound of an unrolled range");
    auto end = need_integer(last, at, "the bound of an unrolled range");
    if (!begin || !end) return std::nullopt;
    box.emplace_back(*begin, *end);
  }
  if (!range.is_ndrange) {
    auto [begin, end] = box[0];
    for (Integer i = begin; range.step > 0 ? i < end : i > end; i += range.step)
      out.push_back(integer(i));
    return out;
  }
  std::vector<Entity> digits;
  product(box, digits, [&](const std::vector<Entity>& indices) {
    if (!grouped) return out.push_back(indices.size() == 1 ? indices[0] : sequence(indices, false));
    ConstMatrix m{{static_cast<uint32_t>(indices.size()), 1, 1}, {}, {}};
    for (const Entity& i : indices) m.components.push_back(*i.as<Constant>());
    out.push_back(std::move(m));
  });
  return out;
}

std::optional<std::vector<Entity>> Lowering::static_items(const Entity& e, const Place& at) {
  if (e.is_poison()) return std::nullopt;
  if (auto* s = e.as<Sequence>()) return *s->items;
  if (auto* r = e.as<RangeRef>()) return static_range(*r, false, at);
  if (auto* g = e.as<Grouped>())
    if (auto* r = g->of->as<RangeRef>()) return static_range(*r, true, at);
  if (auto* d = e.as<Dict>()) {
    std::vector<Entity> keys;
    for (const auto& item : *d->items) keys.push_back(item.first);
    return keys;
  }
  if (std::optional<Shape> shape = matrix_shape(e)) {
    std::vector<Entity> rows;
    for (uint32_t i = 0; i < shape->rows; ++i) {
      std::vector<Component> row;
      for (uint32_t j = 0; j < shape->cols; ++j) row.push_back({i * shape->cols + j, {}});
      Shape to = shape->dims == 1 ? Shape{} : Shape{shape->cols, 1, 1};
      rows.push_back(pick(e, std::move(row), to, at));
    }
    return rows;
  }
  auto* constant = e.as<Constant>();
  if (e.as<Opaque>() || (constant && constant->kind == Constant::Kind::Str)) {
    Result<std::vector<Entity>> items = host.iterate(e);
    if (items) return std::move(*items);
    error(Code::host_error, at, items.failure().what);
    return std::nullopt;
  }
  error(Code::not_iterable, at, describe(e) + " has no elements that are known at compile time");
  return std::nullopt;
}

Entity Lowering::eval_compare(const Expr& e) {
  Entity left = eval(*e.a);
  Entity result;
  for (size_t i = 0; i < e.items.size(); ++i) {
    Entity right = eval(*e.items[i]);
    if (e.items.size() > 1) right = by_value(right, e.items[i]->place);
    Entity one = compare(e.ops[i], left, right, e.place);
    if (one.is_poison()) return one;
    if (i == 0)
      result = one;
    else if (auto* known = result.as<Constant>())
      result = truth_of(*known) ? one : result;
    else
      result = binary(Operator::And, result, one, e);
    left = right;
  }
  return result;
}

}  // namespace tinsmith::frontend
