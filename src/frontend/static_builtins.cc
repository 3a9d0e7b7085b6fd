// SPDX-License-Identifier: Apache-2.0
// Built-in functions that work at compile time (ranges, ti.static, Python's own), and the
// constructors of matrices.
#include <algorithm>

#include "frontend/builtin_kinds.h"

namespace tinsmith::frontend {

BuiltinHandler find_builtin(std::string_view name) {
  BuiltinHandler math = find_math_builtin(name);
  return math ? math : find_static_builtin(name);
}

namespace {

using Items = std::optional<std::vector<Entity>>;

Entity wrong(Lowering& l, const Call& call, std::string message) {
  return l.poison(Code::bad_argument, call.expr.place, std::move(message));
}

Items items_of(Lowering& l, const Call& call, size_t i = 0) {
  if (i < call.args.size()) return l.static_items(call.args[i], call.place(i));
  wrong(l, call, "an argument is missing");
  return std::nullopt;
}

// --- Ranges
Entity range_function(Lowering& l, const Call& call) {
  if (call.args.empty() || call.args.size() > 3 || !call.keywords.empty()) {
    l.error(Code::range_arguments, call.expr.place, "range takes one or two arguments in a kernel");
    return Poison{};
  }
  bool one = call.args.size() == 1;
  RangeRef range;
  using Bounds = std::vector<std::pair<Entity, Entity>>;
  range.bounds =
      std::make_shared<Bounds>(Bounds{{one ? integer(0) : l.by_value(call.args[0], call.place(0)),
                                       l.by_value(call.args[one ? 0 : 1], call.place(0))}});
  if (call.args.size() == 3) {
    auto step = l.need_integer(call.args[2], call.place(2), "the step of a range");
    if (!step) return Poison{};
    if (*step == 0) return wrong(l, call, "the step of a range cannot be 0");
    range.step = *step;
  }
  return range;
}

Entity ndrange_function(Lowering& l, const Call& call) {
  RangeRef range{std::make_shared<std::vector<std::pair<Entity, Entity>>>(), true};
  for (size_t i = 0; i < call.args.size(); ++i) {
    Entity arg = l.by_value(call.args[i], call.place(i));
    auto* pair = arg.as<Sequence>();
    if (pair && pair->items->size() != 2)
      return wrong(l, call, "a dimension of an ndrange is an extent or a pair (begin, end)");
    if (pair)
      range.bounds->emplace_back((*pair->items)[0], (*pair->items)[1]);
    else
      range.bounds->emplace_back(integer(0), std::move(arg));
  }
  if (range.bounds->empty()) return wrong(l, call, "an ndrange needs at least one dimension");
  return range;
}

Entity grouped_function(Lowering& l, const Call& call) {
  if (call.args.size() != 1) return wrong(l, call, "ti.grouped takes one argument");
  return Grouped{std::make_shared<Entity>(call.args[0])};
}

Entity loop_config_function(Lowering& l, const Call& call) {
  l.set_loop_config(call);
  return none();
}

// --- ti.static and its kin
Entity static_function(Lowering& l, const Call& call) {
  if (call.args.empty()) return wrong(l, call, "ti.static needs an argument");
  return call.args.size() == 1 ? call.args[0] : sequence(call.args, false);
}

Entity static_assert_function(Lowering& l, const Call& call) {
  if (call.args.empty()) return wrong(l, call, "ti.static_assert needs a condition");
  std::optional<bool> holds = l.static_truth(call.args[0], call.place(0));
  if (!holds) return Poison{};
  if (*holds) return none();
  auto* message = call.args.size() > 1 ? call.args[1].as<Constant>() : nullptr;
  return l.poison(Code::static_assertion, call.expr.place,
                  "static assertion failed" + (message ? ": " + message->text : std::string()));
}

Entity static_print_function(Lowering& l, const Call& call) {
  std::string line;
  for (const Entity& arg : call.args) {
    Result<std::string> text = l.is_compile_time(arg)
                                   ? l.host.format(arg, "")
                                   : Result<std::string>("<" + l.describe(arg) + ">");
    if (!text) return l.poison(Code::host_error, call.expr.place, text.failure().what);
    line += (line.empty() ? "" : " ") + *text;
  }
  l.host.show(line);
  return none();
}

// --- Python's functions on compile-time things
Entity len_function(Lowering& l, const Call& call) {
  if (call.args.size() == 1)
    if (std::optional<Shape> shape = l.matrix_shape(call.args[0])) return integer(shape->rows);
  Items items = items_of(l, call);
  return items ? integer(static_cast<Integer>(items->size())) : Entity(Poison{});
}

Entity zip_function(Lowering& l, const Call& call) {
  std::vector<std::vector<Entity>> columns;
  for (size_t i = 0; i < call.args.size(); ++i) {
    Items items = items_of(l, call, i);
    if (!items) return Poison{};
    columns.push_back(std::move(*items));
  }
  if (columns.empty()) return sequence({}, true);
  size_t n = std::ranges::min(columns, {}, &std::vector<Entity>::size).size();
  std::vector<Entity> rows;
  for (size_t i = 0; i < n; ++i) {
    std::vector<Entity> row;
    for (const auto& column : columns) row.push_back(column[i]);
    rows.push_back(sequence(std::move(row), false));
  }
  return sequence(std::move(rows), true);
}

Entity enumerate_function(Lowering& l, const Call& call) {
  Items items = items_of(l, call);
  if (!items) return Poison{};
  Integer i = 0;
  const Entity* start = call.args.size() > 1 ? &call.args[1] : call.keyword("start");
  if (start) {
    auto first = l.need_integer(*start, call.expr.place, "the start of enumerate");
    if (!first) return Poison{};
    i = *first;
  }
  std::vector<Entity> out;
  for (Entity& item : *items) out.push_back(sequence({integer(i++), std::move(item)}, false));
  return sequence(std::move(out), true);
}

Entity sum_function(Lowering& l, const Call& call) {
  if (call.args.size() == 1 && l.matrix_shape(call.args[0]))
    if (auto source = l.host.matrix_method("sum"))
      return l.inline_function(*source, &call.args[0], Call{call.expr, {}, {}});
  Items items = items_of(l, call);
  if (!items) return Poison{};
  Entity total = call.args.size() > 1 ? call.args[1] : integer(0);
  for (const Entity& item : *items) total = l.binary(Operator::Add, total, item, call.expr);
  return total;
}

template <bool keeps>  // filter keeps, map replaces
Entity apply_function(Lowering& l, const Call& call) {
  Items items = items_of(l, call, 1);
  if (!items) return Poison{};
  std::vector<Entity> out;
  for (const Entity& item : *items) {
    Entity result = l.call(call.args[0], Call{call.expr, {item}, {}});
    if (result.is_poison()) return result;
    if (!keeps) {
      out.push_back(std::move(result));
      continue;
    }
    std::optional<bool> wanted = l.static_truth(result, call.expr.place);
    if (!wanted) return Poison{};
    if (*wanted) out.push_back(item);
  }
  return sequence(std::move(out), true);
}

template <bool as_list>
Entity sequence_function(Lowering& l, const Call& call) {
  if (call.args.empty()) return sequence({}, as_list);
  Items items = items_of(l, call);
  return items ? sequence(std::move(*items), as_list) : Entity(Poison{});
}

Entity reversed_function(Lowering& l, const Call& call) {
  Items items = items_of(l, call);
  if (!items) return Poison{};
  std::ranges::reverse(*items);
  return sequence(std::move(*items), true);
}

Entity getattr_function(Lowering& l, const Call& call) {
  auto* name = call.args.size() >= 2 ? call.args[1].as<Constant>() : nullptr;
  if (!name || name->kind != Constant::Kind::Str)
    return wrong(l, call, "getattr needs an object and a name");
  return l.attribute(call.args[0], name->text, call.expr.place);
}

Entity ask_host(Lowering& l, const Call& call, std::string_view function) {
  for (const Entity& arg : call.args)
    if (!l.is_compile_time(arg))
      return l.poison(Code::not_compile_time, call.expr.place,
                      std::string(function) + " works on compile-time objects only");
  Entity callee{Opaque{}};
  std::optional<Entity> found = l.host.captured(l.frame().source, function);
  return l.settle(l.host.call(found ? *found : callee, call.args, call.keywords), call.expr.place);
}
Entity hasattr_function(Lowering& l, const Call& call) { return ask_host(l, call, "hasattr"); }
Entity isinstance_function(Lowering& l, const Call& call) {
  return ask_host(l, call, "isinstance");
}

Entity print_function(Lowering& l, const Call& call) {
  l.error(Code::unsupported_feature, call.expr.place, "`print` in a kernel is not supported")
      .note(
          "write the value to a field and print that, or use ti.static_print for compile-time "
          "values");
  return Poison{};
}

Entity nothing(Lowering&, const Call&) { return none(); }
Entity first_argument(Lowering& l, const Call& call) {
  return call.args.empty() ? wrong(l, call, "an argument is missing") : call.args[0];
}

Entity stop_grad_function(Lowering& l, const Call& call) {
  if (!l.request.options.gradient) return none();
  return l.poison(Code::unsupported_feature, call.expr.place,
                  "ti.stop_grad is not supported in a gradient kernel");
}

// --- Constructors
std::optional<DType> type_of(Lowering& l, const Call& call, size_t position, bool& fine) {
  const Entity* type = call.args.size() > position ? &call.args[position] : call.keyword("dt");
  if (!type || type->is_none()) return std::nullopt;
  std::optional<DType> known = l.type_argument(*type, call.expr.place);
  fine = fine && known;
  return known;
}

Entity matrix_function(Lowering& l, const Call& call) {
  bool fine = true;
  std::optional<DType> type = type_of(l, call, 1, fine);
  if (!fine) return Poison{};
  if (call.args.empty()) return wrong(l, call, "a list of components is needed");
  if (l.matrix_shape(call.args[0])) {
    std::optional<Rvalue> v = l.rvalue(call.args[0], call.place(0));
    if (!v) return Poison{};
    return l.entity(type ? l.cast(*v, *type) : *v);
  }
  Items items = items_of(l, call);
  if (!items) return Poison{};
  std::optional<Rvalue> v = l.matrix_of(*items, type, call.place(0));
  return v ? l.entity(*v) : Entity(Poison{});
}

// The constants of Matrix.zero, one, unit, identity: value(i, j) of a matrix of a type.
Entity constant_matrix(Lowering& l, std::optional<DType> type, Shape shape,
                       const std::function<bool(uint32_t, uint32_t)>& one) {
  DType t = type.value_or(l.request.options.default_ip);
  Matrix m{shape, {}};
  for (uint32_t i = 0; i < shape.rows; ++i)
    for (uint32_t j = 0; j < shape.cols; ++j)
      m.components.push_back(l.b.constant_int(t, one(i, j)));
  return m;
}

std::optional<Shape> shape_argument(Lowering& l, const Call& call, size_t first) {
  Shape shape{1, 1, 1};
  for (size_t i = first; i < call.args.size() && i < first + 2; ++i) {
    if (call.args[i].is_none()) continue;
    auto n = l.need_integer(call.args[i], call.place(i), "the size of a matrix");
    if (!n) return std::nullopt;
    (i == first ? shape.rows : shape.cols) = static_cast<uint32_t>(*n);
    if (i > first) shape.dims = 2;
  }
  return shape;
}

template <bool ones>
Entity filled_matrix(Lowering& l, const Call& call) {
  bool fine = true;
  std::optional<DType> type = type_of(l, call, 0, fine);
  std::optional<Shape> shape = shape_argument(l, call, 1);
  if (!fine || !shape) return Poison{};
  return constant_matrix(l, type, *shape, [](uint32_t, uint32_t) { return ones; });
}

Entity identity_matrix(Lowering& l, const Call& call) {
  bool fine = true;
  std::optional<DType> type = type_of(l, call, 0, fine);
  std::optional<Shape> shape = shape_argument(l, call, 1);
  if (!fine || !shape) return Poison{};
  return constant_matrix(l, type, {shape->rows, shape->rows, 2},
                         [](uint32_t i, uint32_t j) { return i == j; });
}

Entity unit_vector(Lowering& l, const Call& call) {
  bool fine = true;
  std::optional<DType> type = type_of(l, call, 2, fine);
  if (!fine || call.args.size() < 2) return Poison{};
  auto n = l.need_integer(call.args[0], call.place(0), "the size of a vector");
  auto k = l.need_integer(call.args[1], call.place(1), "the axis of a unit vector");
  if (!n || !k) return Poison{};
  return constant_matrix(l, type, {static_cast<uint32_t>(*n), 1, 1},
                         [&](uint32_t i, uint32_t) { return i == static_cast<uint32_t>(*k); });
}

Entity diagonal_matrix(Lowering& l, const Call& call) {
  if (call.args.size() != 2) return wrong(l, call, "Matrix.diag takes the size and the value");
  auto n = l.need_integer(call.args[0], call.place(0), "the size of a matrix");
  ValueId v = l.scalar(call.args[1], call.place(1));
  if (!n || !v) return Poison{};
  uint32_t size = static_cast<uint32_t>(*n);
  Matrix m{{size, size, 2}, {}};
  for (uint32_t i = 0; i < size * size; ++i)
    m.components.push_back(i % (size + 1) == 0 ? v : l.b.constant_int(l.dtype(v), 0));
  return m;
}

Entity columns_matrix(Lowering& l, const Call& call) {
  Entity rows = matrix_function(l, call);
  if (rows.is_poison()) return rows;
  return l.call_method(Method{std::make_shared<Entity>(rows), "transpose"},
                       Call{call.expr, {}, {}});
}

}  // namespace

BuiltinHandler find_static_builtin(std::string_view name) {
  static constexpr std::pair<std::string_view, BuiltinHandler> kTable[] = {
      {"py.range", range_function},
      {"ndrange", ndrange_function},
      {"grouped", grouped_function},
      {"loop_config", loop_config_function},
      {"static", static_function},
      {"static_range", static_function},
      {"static_assert", static_assert_function},
      {"static_print", static_print_function},
      {"py.len", len_function},
      {"py.zip", zip_function},
      {"py.enumerate", enumerate_function},
      {"py.sum", sum_function},
      {"py.map", apply_function<false>},
      {"py.filter", apply_function<true>},
      {"py.list", sequence_function<true>},
      {"py.tuple", sequence_function<false>},
      {"py.reversed", reversed_function},
      {"py.getattr", getattr_function},
      {"py.hasattr", hasattr_function},
      {"py.isinstance", isinstance_function},
      {"py.print", print_function},
      {"no_op", nothing},
      {"stop_grad", stop_grad_function},
      {"assume_in_range", first_argument},
      {"Vector", matrix_function},
      {"Matrix", matrix_function},
      {"Matrix.rows", matrix_function},
      {"Matrix.cols", columns_matrix},
      {"Matrix.zero", filled_matrix<false>},
      {"Matrix.one", filled_matrix<true>},
      {"Matrix.unit", unit_vector},
      {"Matrix.identity", identity_matrix},
      {"Matrix.diag", diagonal_matrix},
      {"Vector.zero", filled_matrix<false>},
      {"Vector.one", filled_matrix<true>},
      {"Vector.unit", unit_vector},
  };
  auto found = std::ranges::find(kTable, name, &std::pair<std::string_view, BuiltinHandler>::first);
  return found == std::end(kTable) ? nullptr : found->second;
}

}  // namespace tinsmith::frontend
