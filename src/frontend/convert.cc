// SPDX-License-Identifier: Apache-2.0
// Compile-time things to run-time values, memory to values, and the rules of types: what a literal
// is, which type two operands meet in, when a store loses something.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (is_real(a) != is_real(b)) return is_real(a) ? a : b;
  if (bits(a) != bits(b)) return bits(a) > bits(b) ? a : b;
  return is_signed(a) ? b : a;  // equal width: unsigned wins
}

bool loses_precision(DType to, DType from) { return promote(to, from) != to; }

bool Lowering::is_runtime(const Entity& e) {
  auto* c = e.as<Constant>();
  return (c && c->is_number()) || e.as<Scalar>() || e.as<Matrix>() || e.as<ConstMatrix>() ||
         e.as<Memory>();
}

bool Lowering::is_compile_time(const Entity& e) {
  if (e.as<Scalar>() || e.as<Matrix>() || e.as<Memory>() || e.is_poison()) return false;
  if (auto* s = e.as<Sequence>())
    return std::ranges::all_of(*s->items,
                               [&](const Entity& item) { return is_compile_time(item); });
  if (auto* d = e.as<Dict>())
    return std::ranges::all_of(*d->items,
                               [&](const auto& item) { return is_compile_time(item.second); });
  return true;
}

ValueId Lowering::constant(const Constant& c, const Place& at) {
  if (c.kind == Constant::Kind::Bool) return b.constant_int(DType::U1, c.integer != 0);
  if (c.kind == Constant::Kind::Float) return b.constant(request.options.default_fp, c.real);
  DType type = request.options.default_ip;
  Integer span = Integer{1} << bits(type);
  Integer least = is_signed(type) ? -span / 2 : Integer{0};
  if (c.integer < least || c.integer >= least + span) {
    error(Code::constant_range, at,
          "integer literal " + decimal(c.integer) +
              " exceeded the range of default_ip: " + std::string(tinsmith::name(type)))
        .note("give it a wider type, `ti.i64(" + decimal(c.integer) +
              ")`, or set default_ip in ti.init");
    return {};
  }
  return b.constant_int(type, static_cast<int64_t>(c.integer));
}

Rvalue Lowering::cast(const Rvalue& v, DType to) {
  Rvalue out{v.shape, {}};
  for (ValueId c : v.c) out.c.push_back(cast(c, to));
  return out;
}

std::optional<Rvalue> Lowering::rvalue(const Entity& e, const Place& at) {
  if (e.is_poison()) return std::nullopt;
  if (auto* s = e.as<Scalar>()) return Rvalue{{}, {s->value}};
  if (auto* m = e.as<Matrix>()) return Rvalue{m->shape, m->components};
  if (auto* m = e.as<Memory>()) {
    LocId before = b.loc;
    locate(at);
    Rvalue v = load(*m);
    b.loc = before;
    return v;
  }
  if (auto* c = e.as<Constant>(); c && c->is_number()) {
    ValueId v = constant(*c, at);
    return v ? std::optional(Rvalue{{}, {v}}) : std::nullopt;
  }
  if (auto* m = e.as<ConstMatrix>()) {
    std::vector<Entity> items(m->components.begin(), m->components.end());
    std::optional<Rvalue> flat = matrix_of(items, m->dtype, at);
    if (flat) flat->shape = m->shape;
    return flat;
  }
  Diagnostic& d =
      error(Code::not_a_value, at, describe(e) + " is not a number that a kernel can compute with");
  if (e.as<FieldRef>() || e.as<ArrayRef>())
    d.note("index it: `x[i]`, or `x[None]` for a 0-D field");
  if (e.as<FunctionRef>() || e.as<BuiltinRef>() || e.as<Method>())
    d.note("call it: add parentheses");
  if (e.as<Sequence>()) d.note("ti.Vector([...]) makes a vector of it");
  return std::nullopt;
}

ValueId Lowering::scalar(const Entity& e, const Place& at) {
  std::optional<Rvalue> v = rvalue(e, at);
  if (!v) return {};
  if (v->is_matrix()) {
    error(Code::shape_mismatch, at, "a scalar is needed here, not " + describe(e));
    return {};
  }
  return v->c[0];
}

Entity Lowering::entity(const Rvalue& v) const {
  if (v.is_matrix()) return Matrix{v.shape, v.c};
  return Scalar{v.c.at(0)};
}

// A copy that later changes of the original do not reach.
Entity Lowering::by_value(const Entity& value, const Place& at) {
  if (value.as<Memory>()) {
    std::optional<Rvalue> v = rvalue(value, at);
    return v ? entity(*v) : Entity(Poison{});
  }
  auto* s = value.as<Sequence>();
  if (!s) return value;
  std::vector<Entity> items;
  for (const Entity& item : *s->items) items.push_back(by_value(item, at));
  return sequence(std::move(items), s->is_list);
}

ValueId Lowering::index_value(ValueId v, const Place& at) {
  if (!v) return v;
  if (!is_real(dtype(v))) return cast(v, DType::I32);
  error(Code::index_type, at,
        "an index must be an integer, not " + std::string(tinsmith::name(dtype(v))))
      .note("`int(x)` makes an index of a real number");
  return {};
}

std::optional<Integer> Lowering::need_integer(const Entity& e, const Place& at,
                                              std::string_view what) {
  if (e.is_poison()) return std::nullopt;
  if (auto known = e.as_integer()) return known;
  if (auto* s = e.as<Scalar>())
    if (auto known = as_int(fn, s->value)) return *known;
  error(Code::not_compile_time, at,
        std::string(what) + " must be an integer known at compile time, not " + describe(e));
  return std::nullopt;
}

bool Lowering::broadcast(std::span<Rvalue* const> values, const Place& at, std::string_view what) {
  Shape shape;
  for (const Rvalue* v : values) {
    if (!v->is_matrix()) continue;
    if (shape.dims && v->shape != shape) {
      auto name = [](Shape s) {
        return s.dims == 1 ? "(" + std::to_string(s.rows) + ",)"
                           : "(" + std::to_string(s.rows) + ", " + std::to_string(s.cols) + ")";
      };
      error(Code::shape_mismatch, at,
            std::string(what) + " on matrices of different shapes, " + name(shape) + " and " +
                name(v->shape));
      return false;
    }
    shape = v->shape;
  }
  for (Rvalue* v : values)
    if (shape.dims && !v->is_matrix()) *v = {shape, std::vector(shape.size(), v->c[0])};
  return true;
}

void Lowering::common_type(std::span<Rvalue* const> values) {
  if (values.empty()) return;
  DType type = dtype(*values[0]);
  for (const Rvalue* v : values) type = promote(type, dtype(*v));
  for (Rvalue* v : values) *v = cast(*v, type);
}

// The rows or components in `items` as one matrix: scalars make a vector, equal vectors or lists
// the rows of a matrix.
std::optional<Rvalue> Lowering::matrix_of(std::span<const Entity> items, std::optional<DType> type,
                                          const Place& at) {
  std::vector<Rvalue> parts;
  for (const Entity& item : items) {
    auto* s = item.as<Sequence>();
    std::optional<Rvalue> v = s ? matrix_of(*s->items, std::nullopt, at) : rvalue(item, at);
    if (!v) return std::nullopt;
    if (v->shape.dims == 2 || (!parts.empty() && v->shape != parts[0].shape)) {
      error(Code::shape_mismatch, at, "the rows of a matrix must be vectors of one length");
      return std::nullopt;
    }
    parts.push_back(std::move(*v));
  }
  if (parts.empty())
    return error(Code::shape_mismatch, at, "a matrix needs at least one component"), std::nullopt;
  std::vector<Rvalue*> all;
  for (Rvalue& p : parts) all.push_back(&p);
  if (type)
    for (Rvalue& p : parts) p = cast(p, *type);
  else
    common_type(all);
  uint32_t rows = static_cast<uint32_t>(parts.size());
  Rvalue out{{rows, 1, 1}, {}};
  if (parts[0].is_matrix()) out.shape = {rows, parts[0].shape.rows, 2};
  for (const Rvalue& p : parts) out.c.insert(out.c.end(), p.c.begin(), p.c.end());
  return out;
}

// --- Memory

ValueId Lowering::pointer(const Memory& m, size_t component) {
  Type type = pointer_to(m.dtype);
  std::vector<ValueId> operands = m.indices;
  if (m.has_components) {
    const Component& c = m.components.at(component);
    operands.push_back(c.dynamic ? c.dynamic : b.i32(static_cast<int32_t>(c.index)));
  }
  switch (m.kind) {
    case Memory::Kind::Local:
      return m.has_components ? b.value(Op::Elem, type, {m.var, operands.back()}) : m.var;
    case Memory::Kind::Field: return b.value(Op::FieldPtr, type, operands, m.field.raw);
    case Memory::Kind::Array:
      return b.value(Op::ArrayPtr, type, operands, ArgSlot{m.array.param, m.array.gradient}.imm());
  }
  TS_UNREACHABLE("memory kind");
}

Rvalue Lowering::load(const Memory& m) {
  Rvalue out{m.shape, {}};
  for (size_t i = 0; i < m.shape.size(); ++i) out.c.push_back(b.load(pointer(m, i)));
  return out;
}

}  // namespace tinsmith::frontend
