// SPDX-License-Identifier: Apache-2.0
// Indexing: elements of fields and ndarrays, components of matrices, items of compile-time
// sequences.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

Entity Lowering::eval_subscript(const Expr& e) {
  Entity object = eval(*e.a);
  if (object.is_poison()) {
    eval(*e.b);
    return object;
  }
  if (auto* f = object.as<FieldRef>()) {
    if (f->handle < 0) return field_element(*f, {}, e.place);
    auto indices = index_values(*e.b, host.field(f->handle).shape.size(), 0, "field");
    return indices ? field_element(*f, std::move(*indices), e.place) : Entity(Poison{});
  }
  if (auto* a = object.as<ArrayRef>()) {
    const Param& p = fn.params[a->param];
    auto indices = index_values(*e.b, p.ndim, p.element_dims, "ndarray");
    return indices ? array_element(*a, std::move(*indices)) : Entity(Poison{});
  }
  if (auto* s = object.as<Sequence>()) return subscript_sequence(*s, *e.b);
  if (std::optional<Shape> shape = matrix_shape(object)) {
    Shape to;
    auto components = select_components(*e.b, *shape, to);
    return components ? pick(object, std::move(*components), to, e.place) : Entity(Poison{});
  }
  Entity index = eval(*e.b);
  if (index.is_poison()) return index;
  if (auto* d = object.as<Dict>()) {
    for (const auto& [key, value] : *d->items) {
      auto *k = key.as<Constant>(), *i = index.as<Constant>();
      if (k && i && fold_compare(Operator::Eq, *k, *i).value_or(false)) return value;
    }
    return poison(Code::index_range, e.b->place, "the dict has no such key");
  }
  if (is_runtime(object) && !object.as<Constant>()) {
    error(Code::index_count, e.place, describe(object) + " cannot be indexed");
    return Poison{};
  }
  if (is_compile_time(object) && is_compile_time(index))
    return settle(host.subscript(object, index), e.place);
  error(Code::not_compile_time, e.b->place,
        describe(object) + " needs an index that is known at compile time");
  return Poison{};
}

Entity Lowering::subscript_sequence(const Sequence& s, const Expr& index) {
  Integer size = static_cast<Integer>(s.items->size());
  if (index.kind == ExprKind::Slice) {
    auto at = [&](const Expr* e, Integer fallback) -> std::optional<Integer> {
      if (!e) return fallback;
      auto i = need_integer(eval(*e), e->place, "the bound of a slice");
      if (!i) return std::nullopt;
      return std::clamp<Integer>(*i < 0 ? *i + size : *i, 0, size);
    };
    auto first = at(index.a, 0), last = at(index.b, size);
    if (!first || !last) return Poison{};
    if (index.c)
      return poison(Code::unsupported_syntax, index.place,
                    "a slice with a step is not supported here");
    std::vector<Entity> items;
    for (Integer i = *first; i < *last; ++i) items.push_back((*s.items)[static_cast<size_t>(i)]);
    return sequence(std::move(items), s.is_list);
  }
  auto i = need_integer(eval(index), index.place, "the index of a list or tuple");
  if (!i) return Poison{};
  if (*i < -size || *i >= size)
    return poison(Code::index_range, index.place,
                  "index " + decimal(*i) + " is outside of the " + decimal(size) + " elements");
  return (*s.items)[static_cast<size_t>(*i < 0 ? *i + size : *i)];
}

std::optional<std::vector<ValueId>> Lowering::index_values(const Expr& index, size_t rank,
                                                           size_t more, std::string_view what) {
  std::vector<Entity> items;
  if (index.kind == ExprKind::Tuple) {
    auto spreaded = spread(index);
    if (!spreaded) return std::nullopt;
    items = std::move(*spreaded);
  } else if (index.kind == ExprKind::Slice) {
    error(Code::index_type, index.place, "a " + std::string(what) + " cannot be sliced");
    return std::nullopt;
  } else {
    items.push_back(eval(index));
  }
  std::vector<ValueId> out;
  std::function<bool(const Entity&, const Place&)> add = [&](const Entity& e, const Place& at) {
    if (e.is_poison()) return false;
    if (e.is_none()) return true;
    if (auto* s = e.as<Sequence>())
      return std::ranges::all_of(*s->items, [&](const Entity& item) { return add(item, at); });
    std::optional<Rvalue> v = rvalue(e, at);
    if (!v) return false;
    for (ValueId c : v->c) {
      if (is_real(dtype(c))) {
        error(Code::index_type, at,
              "indices must be integers, not " + std::string(tinsmith::name(dtype(c))))
            .note("`int(x)` or `ti.floor(x, ti.i32)` makes an index of a real number");
        return false;
      }
      out.push_back(cast(c, DType::I32));
    }
    return true;
  };
  for (size_t i = 0; i < items.size(); ++i) {
    bool one_each = index.kind == ExprKind::Tuple && items.size() == index.items.size();
    if (!add(items[i], one_each ? index.items[i]->place : index.place)) return std::nullopt;
  }
  if (out.size() != rank && out.size() != rank + more) {
    error(Code::index_count, index.place,
          std::string(what) + " with dim " + std::to_string(rank) +
              " accessed with indices of dim " + std::to_string(out.size()))
        .note(rank == 0 ? "a 0-D field is indexed as `x[None]`"
                        : "give one index for each of its " + std::to_string(rank) + " axes");
    return std::nullopt;
  }
  return out;
}

Entity Lowering::field_element(const FieldRef& f, std::vector<ValueId> indices, const Place& at) {
  if (f.handle < 0) {
    error(Code::field_not_placed, at, "this field has not been placed")
        .note(
            "give it a shape, or place it with ti.root.dense(...).place(...) before the kernel is "
            "called");
    return Poison{};
  }
  const Field& field = host.field(f.handle);
  std::vector<int32_t> offset = host.field_offset(f.handle);
  for (size_t i = 0; i < indices.size() && i < offset.size(); ++i)
    if (offset[i] != 0) indices[i] = b.binary(Op::Sub, indices[i], b.i32(offset[i]));
  Memory m;
  m.kind = Memory::Kind::Field;
  m.dtype = field.dtype;
  m.field = field_id(f.handle);
  m.indices = std::move(indices);
  m.has_components = field.is_matrix;
  if (field.is_matrix) {
    m.shape = {field.rows, field.cols, field.cols == 1 ? 1u : 2u};
    for (uint32_t c = 0; c < field.components(); ++c) m.components.push_back({c, {}});
  }
  return m;
}

Entity Lowering::array_element(const ArrayRef& a, std::vector<ValueId> indices) {
  const Param& p = fn.params[a.param];
  Memory m;
  m.kind = Memory::Kind::Array;
  m.dtype = p.dtype;
  m.array = a;
  std::vector<ValueId> inner(indices.begin() + p.ndim, indices.end());
  indices.resize(p.ndim);
  if (request.params[ir_param[a.param]].clamp)
    for (uint32_t axis = 0; axis < p.ndim; ++axis) {
      ValueId last = b.binary(Op::Sub, array_dim(a, axis), b.i32(1));
      indices[axis] = b.binary(Op::Min, b.binary(Op::Max, indices[axis], b.i32(0)), last);
    }
  m.indices = std::move(indices);
  m.has_components = p.element_dims > 0;
  if (!m.has_components) return m;
  if (!inner.empty()) {  // a[i, k]: a component of the element at once
    ValueId flat = inner[0];
    if (inner.size() == 2)
      flat =
          b.binary(Op::Add, b.binary(Op::Mul, flat, b.i32(static_cast<int32_t>(p.cols))), inner[1]);
    m.components.push_back({0, flat});
    return m;
  }
  m.shape = {p.rows, p.cols, p.element_dims};
  for (uint32_t c = 0; c < p.components(); ++c) m.components.push_back({c, {}});
  return m;
}

ValueId Lowering::array_dim(const ArrayRef& a, uint32_t axis) {
  return b.value(Op::ArrayDim, value_of(DType::I32), {}, ArgSlot{a.param, axis}.imm());
}

namespace {

// What one axis of an index selects: positions known now, or one known at run time.
struct AxisSelection {
  std::vector<uint32_t> positions;
  ValueId dynamic;
  bool is_slice = false;
  size_t size() const { return dynamic ? 1 : positions.size(); }
};

}  // namespace

std::optional<std::vector<Component>> Lowering::select_components(const Expr& index, Shape from,
                                                                  Shape& to) {
  std::vector<const Expr*> parts{&index};
  if (index.kind == ExprKind::Tuple) parts.assign(index.items.begin(), index.items.end());
  uint32_t extents[2] = {from.rows, from.cols};
  AxisSelection axes[2];
  axes[1].positions = {0};
  std::vector<Entity> values;  // of parts that are not slices; a vector index counts for several
  if (parts.size() == 1 && index.kind != ExprKind::Slice) {
    Entity only = eval(index);
    if (only.is_poison()) return std::nullopt;
    if (auto s = only.as<Sequence>())
      values = *s->items;
    else if (matrix_shape(only))
      values = static_items(only, index.place).value_or(std::vector<Entity>{});
    else
      values = {only};
    parts.resize(values.size(), &index);
  }
  if (parts.size() != from.dims) {
    error(Code::index_count, index.place,
          "a " + std::string(from.dims == 1 ? "vector" : "matrix") + " needs " +
              std::to_string(from.dims) + (from.dims == 1 ? " index" : " indices") + ", here are " +
              std::to_string(parts.size()));
    return std::nullopt;
  }
  for (size_t axis = 0; axis < parts.size(); ++axis) {
    const Expr& part = *parts[axis];
    axes[axis].positions.clear();
    if (part.kind == ExprKind::Slice) {
      auto positions = slice_positions(part, extents[axis]);
      if (!positions) return std::nullopt;
      axes[axis].positions = std::move(*positions);
      axes[axis].is_slice = true;
      continue;
    }
    Entity value = values.empty() ? eval(part) : values[axis];
    if (value.is_poison()) return std::nullopt;
    if (std::optional<Integer> known = value.as_integer()) {
      if (*known < 0) {
        error(Code::negative_index, part.place,
              "Negative indices are not supported in Taichi kernels")
            .note("count from the front; the last component is `v[v.n - 1]`");
        return std::nullopt;
      }
      if (*known >= extents[axis]) {
        error(Code::index_range, part.place,
              "index " + decimal(*known) + " is outside of the " + std::to_string(extents[axis]) +
                  " components");
        return std::nullopt;
      }
      axes[axis].positions = {static_cast<uint32_t>(*known)};
      continue;
    }
    axes[axis].dynamic = index_value(scalar(value, part.place), part.place);
    if (!axes[axis].dynamic) return std::nullopt;
  }
  bool slices[2] = {axes[0].is_slice, axes[1].is_slice};
  uint32_t rows = static_cast<uint32_t>(axes[0].size()),
           cols = static_cast<uint32_t>(axes[1].size());
  if (slices[0] && slices[1])
    to = {rows, cols, 2};
  else if (slices[0] || slices[1])
    to = {rows * cols, 1, 1};
  else
    to = {};
  std::vector<Component> out;
  for (uint32_t i = 0; i < rows; ++i)
    for (uint32_t j = 0; j < cols; ++j) {
      if (!axes[0].dynamic && !axes[1].dynamic) {
        out.push_back({axes[0].positions[i] * from.cols + axes[1].positions[j], {}});
        continue;
      }
      ValueId row =
          axes[0].dynamic ? axes[0].dynamic : b.i32(static_cast<int32_t>(axes[0].positions[i]));
      if (from.cols > 1) {
        ValueId col =
            axes[1].dynamic ? axes[1].dynamic : b.i32(static_cast<int32_t>(axes[1].positions[j]));
        row =
            b.binary(Op::Add, b.binary(Op::Mul, row, b.i32(static_cast<int32_t>(from.cols))), col);
      }
      out.push_back({0, row});
    }
  return out;
}

std::optional<std::vector<uint32_t>> Lowering::slice_positions(const Expr& slice, uint32_t extent) {
  Integer size = extent;
  Integer bounds[3] = {0, size, 1};
  const Expr* parts[3] = {slice.a, slice.b, slice.c};
  if (parts[2]) {
    auto step = need_integer(eval(*parts[2]), parts[2]->place, "the step of a slice");
    if (!step) return std::nullopt;
    if (*step == 0)
      return error(Code::index_range, parts[2]->place, "the step of a slice cannot be 0"),
             std::nullopt;
    bounds[2] = *step;
    if (*step < 0) bounds[0] = size - 1, bounds[1] = -1;
  }
  for (int i = 0; i < 2; ++i) {
    if (!parts[i]) continue;
    auto bound = need_integer(eval(*parts[i]), parts[i]->place, "the bound of a slice");
    if (!bound) return std::nullopt;
    Integer low = bounds[2] < 0 ? -1 : 0, high = bounds[2] < 0 ? size - 1 : size;
    bounds[i] = std::clamp(*bound < 0 ? *bound + size : *bound, low, high);
  }
  std::vector<uint32_t> out;
  for (Integer i = bounds[0]; bounds[2] > 0 ? i < bounds[1] : i > bounds[1]; i += bounds[2])
    out.push_back(static_cast<uint32_t>(i));
  if (out.empty())
    return error(Code::index_range, slice.place, "this slice is empty"), std::nullopt;
  return out;
}

Entity Lowering::pick(const Entity& object, std::vector<Component> components, Shape shape,
                      const Place& at) {
  bool dynamic =
      std::ranges::any_of(components, [](const Component& c) { return bool{c.dynamic}; });
  if (auto* m = object.as<Memory>()) {
    bool whole =
        true;  // components 0, 1, 2, … of what lies there: a dynamic index counts from the start
    for (size_t i = 0; i < m->components.size(); ++i)
      whole = whole && !m->components[i].dynamic && m->components[i].index == i;
    if (!dynamic || whole) {
      Memory part = *m;
      part.shape = shape;
      part.components.clear();
      for (const Component& c : components)
        part.components.push_back(c.dynamic ? c : m->components[c.index]);
      return part;
    }
  }
  if (dynamic) return pick(fresh_local(object, at), std::move(components), shape, at);
  auto* known = object.as<ConstMatrix>();
  if (known && shape.dims == 0) {
    const Constant& c = known->components[components[0].index];
    DType own = c.is_int() ? request.options.default_ip : request.options.default_fp;
    if (known->dtype.value_or(own) == own) return c;
  }
  std::optional<Rvalue> v = rvalue(object, at);
  if (!v) return Poison{};
  Rvalue out{shape, {}};
  for (const Component& c : components) out.c.push_back(v->c[c.index]);
  return entity(out);
}

}  // namespace tinsmith::frontend
