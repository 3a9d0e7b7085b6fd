// SPDX-License-Identifier: Apache-2.0
// `object.name`: components and methods of matrices, properties of fields and ndarrays, attributes
// of the script's objects.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

std::optional<Shape> Lowering::matrix_shape(const Entity& e) {
  if (auto* m = e.as<Matrix>()) return m->shape;
  if (auto* m = e.as<ConstMatrix>()) return m->shape;
  auto* m = e.as<Memory>();
  return m && m->shape.dims > 0 ? std::optional(m->shape) : std::nullopt;
}

Entity Lowering::attribute(const Entity& object, std::string_view name, const Place& at) {
  if (object.is_poison()) return object;
  if (std::optional<Shape> shape = matrix_shape(object)) {
    if (auto found = matrix_attribute(object, *shape, name, at)) return *found;
    return unknown_attribute(describe(object) + " has no attribute '" + std::string(name) + "'",
                             name, host.matrix_methods(), at);
  }
  if (auto* f = object.as<FieldRef>()) return field_attribute(object, *f, name, at);
  if (auto* a = object.as<ArrayRef>()) return array_attribute(*a, name, at);
  if (auto* s = object.as<Sequence>(); s && s->is_list && (name == "append" || name == "extend"))
    return Method{std::make_shared<Entity>(object), std::string(name)};
  if (auto* d = object.as<Dict>();
      d && (name == "keys" || name == "values" || name == "items" || name == "get"))
    return Method{std::make_shared<Entity>(object), std::string(name)};
  if (auto* u = object.as<Unsupported>())
    return poison(Code::unsupported_feature, at, u->feature + " is not supported");
  if (is_runtime(object) && !object.as<Constant>())
    return poison(Code::unknown_attribute, at,
                  describe(object) + " has no attribute '" + std::string(name) + "'");
  Result<Entity> value = host.attribute(object, name);
  if (!value)
    return unknown_attribute(value.failure().what, name, host.attribute_names(object), at);
  if (auto* u = value->as<Unsupported>())
    return poison(Code::unsupported_feature, at, u->feature + " is not supported");
  return std::move(*value);
}

Entity Lowering::unknown_attribute(std::string message, std::string_view name,
                                   const std::vector<std::string>& known, const Place& at) {
  std::string_view near = nearest(name, known);
  Diagnostic& d = error(Code::unknown_attribute, at, std::move(message));
  if (!near.empty()) d.note("did you mean '" + std::string(near) + "'?");
  return Poison{};
}

namespace {

constexpr std::string_view kSwizzles[] = {"xyzw", "rgba", "stpq"};

// The components that a swizzle names, or nothing if it is none.
std::optional<std::vector<Component>> swizzle(std::string_view name) {
  if (name.empty() || name.size() > 4) return std::nullopt;
  for (std::string_view letters : kSwizzles) {
    std::vector<Component> out;
    for (char c : name)
      if (size_t i = letters.find(c); i != std::string_view::npos)
        out.push_back({static_cast<uint32_t>(i), {}});
    if (out.size() == name.size()) return out;
  }
  return std::nullopt;
}

Entity shape_of(Shape s) {
  std::vector<Entity> dims{integer(s.rows)};
  if (s.dims == 2) dims.push_back(integer(s.cols));
  return sequence(std::move(dims), false);
}

}  // namespace

std::optional<Entity> Lowering::matrix_attribute(const Entity& object, Shape shape,
                                                 std::string_view name, const Place& at) {
  if (name == "n") return integer(shape.rows);
  if (name == "m") return integer(shape.cols);
  if (name == "shape" || name == "get_shape") return shape_of(shape);
  if (name == "ndim") return integer(shape.dims);
  if (name == "dtype") {
    std::optional<Rvalue> v = rvalue(object, at);
    if (v) return TypeRef{{}, dtype(*v)};
  }
  if (auto components = swizzle(name)) {
    for (const Component& c : *components)
      if (shape.dims != 1 || c.index >= shape.rows)
        return poison(Code::index_range, at,
                      "'" + std::string(name) + "' names a component that " + describe(object) +
                          " does not have");
    Shape to{};
    if (components->size() > 1) to = {static_cast<uint32_t>(components->size()), 1, 1};
    return pick(object, std::move(*components), to, at);
  }
  static constexpr std::string_view kStructural[] = {"transpose", "cast", "fill", "to_list",
                                                     "to_numpy"};
  if (std::ranges::find(kStructural, name) == std::end(kStructural) && !host.matrix_method(name))
    return std::nullopt;
  return Method{std::make_shared<Entity>(object), std::string(name)};
}

Entity Lowering::field_attribute(const Entity& object, const FieldRef& f, std::string_view name,
                                 const Place& at) {
  if (name == "grad" && f.handle >= 0) {
    int grad = host.field_grad(f.handle);
    if (grad >= 0) return FieldRef{grad};
    error(Code::no_gradient, at, "this field has no gradient")
        .note("declare it with needs_grad=True");
    return Poison{};
  }
  if (f.handle >= 0) {
    const Field& field = host.field(f.handle);
    if (name == "dtype") return TypeRef{{}, field.dtype};
    if (name == "n") return integer(field.rows);
    if (name == "m") return integer(field.cols);
    if (name == "shape") {
      std::vector<Entity> dims;
      for (uint32_t n : field.shape) dims.push_back(integer(n));
      return sequence(std::move(dims), false);
    }
  }
  if (!object.origin)
    return poison(Code::unknown_attribute, at,
                  "the field has no attribute '" + std::string(name) + "'");
  Result<Entity> value = host.attribute(object, name);
  return value ? std::move(*value) : poison(Code::unknown_attribute, at, value.failure().what);
}

Entity Lowering::array_attribute(const ArrayRef& a, std::string_view name, const Place& at) {
  const Param& p = fn.params[a.param];
  if (name == "shape") {
    std::vector<Entity> dims;
    for (uint32_t axis = 0; axis < p.ndim; ++axis) dims.push_back(Scalar{array_dim(a, axis)});
    return sequence(std::move(dims), false);
  }
  if (name == "dtype") return TypeRef{{}, p.dtype};
  if (name == "element_shape")
    return p.element_dims ? shape_of({p.rows, p.cols, p.element_dims}) : sequence({}, false);
  if (name == "n") return integer(p.rows);
  if (name == "m") return integer(p.cols);
  if (name == "ndim") return integer(p.ndim);
  if (name == "grad") {
    if (p.needs_grad) return ArrayRef{a.param, true};
    error(Code::no_gradient, at, "this ndarray has no gradient")
        .note("make it with needs_grad=True");
    return Poison{};
  }
  return poison(Code::unknown_attribute, at,
                "an ndarray has no attribute '" + std::string(name) + "' in a kernel");
}

}  // namespace tinsmith::frontend
