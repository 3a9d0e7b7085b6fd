// SPDX-License-Identifier: Apache-2.0
// Exact ints, floats, bools, strings, None, tuples, lists and dicts are read here; anything else
// goes to bridge.describe, whose answer is a tuple that starts with its kind.
#include "bind/ast_import.h"
#include "bind/host.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {

using frontend::Constant;
using frontend::Entity;
using frontend::ObjectId;
using frontend::Operator;

namespace {

// Runs `action`; a Python exception becomes a failure with its text.
template <class T, class F>
Result<T> guarded(F&& action) {
  try {
    return action();
  } catch (py::error_already_set& error) {
    std::string type = py::cast<std::string>(error.type().attr("__name__"));
    std::string what = py::cast<std::string>(py::str(error.value()));
    return Failure{type == "AttributeError" ? what : type + ": " + what};
  }
}

std::optional<DType> dtype_of(py::handle name) {
  if (name.is_none()) return std::nullopt;
  std::optional<DType> type = dtype_from_name(py::cast<std::string>(name));
  TS_CHECK(type.has_value(), "bridge.describe names a scalar type");
  return type;
}

Entity number(py::handle value) {
  PyObject* p = value.ptr();
  if (PyBool_Check(p)) return frontend::boolean(p == Py_True);
  if (PyFloat_Check(p)) return frontend::real(PyFloat_AS_DOUBLE(p));
  int overflow = 0;
  frontend::Integer v = PyLong_AsLongLongAndOverflow(p, &overflow);
  if (overflow > 0) {
    v = PyLong_AsUnsignedLongLong(p);
    if (PyErr_Occurred()) {
      PyErr_Clear();
      return frontend::Unsupported{"an integer of more than 64 bits"};
    }
  }
  return frontend::integer(v);
}

const char* operator_name(Operator op) {
  switch (op) {
    case Operator::Add: return "add";
    case Operator::Sub: return "sub";
    case Operator::Mult: return "mul";
    case Operator::MatMult: return "matmul";
    case Operator::Div: return "truediv";
    case Operator::FloorDiv: return "floordiv";
    case Operator::Mod: return "mod";
    case Operator::Pow: return "pow";
    case Operator::LShift: return "lshift";
    case Operator::RShift: return "rshift";
    case Operator::BitAnd: return "and_";
    case Operator::BitOr: return "or_";
    case Operator::BitXor: return "xor";
    case Operator::Not: return "not_";
    case Operator::Invert: return "invert";
    case Operator::UAdd: return "pos";
    case Operator::USub: return "neg";
    case Operator::Eq: return "eq";
    case Operator::NotEq: return "ne";
    case Operator::Lt: return "lt";
    case Operator::LtE: return "le";
    case Operator::Gt: return "gt";
    case Operator::GtE: return "ge";
    case Operator::Is: return "is_";
    case Operator::IsNot: return "is_not";
    case Operator::In:
    case Operator::NotIn: return "contains";
    case Operator::And:
    case Operator::Or:
    case Operator::None: break;
  }
  TS_UNREACHABLE("operator without a function");
}

}  // namespace

Host::Host(Program& program)
    : program_(program), bridge_(py::module_::import("taichi.lang.bridge")) {}

ObjectId Host::keep(py::handle object) {
  auto [at, added] =
      ids_.try_emplace(object.ptr(), ObjectId{static_cast<uint32_t>(objects_.size())});
  if (added) objects_.push_back(py::reinterpret_borrow<py::object>(object));
  return at->second;
}

Entity Host::describe(py::handle object) {
  PyObject* p = object.ptr();
  if (p == Py_None) return frontend::none();
  if (PyBool_Check(p) || PyLong_CheckExact(p) || PyFloat_CheckExact(p)) return number(object);
  if (PyUnicode_CheckExact(p)) return frontend::string(py::cast<std::string>(object));
  if (PyTuple_CheckExact(p) || PyList_CheckExact(p)) {
    std::vector<Entity> items;
    for (py::handle item : py::reinterpret_borrow<py::sequence>(object))
      items.push_back(describe(item));
    Entity e = frontend::sequence(std::move(items), PyList_CheckExact(p));
    e.origin = keep(object);
    return e;
  }
  if (PyDict_CheckExact(p)) {
    frontend::Dict dict{std::make_shared<std::vector<std::pair<Entity, Entity>>>()};
    for (auto item : py::reinterpret_borrow<py::dict>(object))
      dict.items->emplace_back(describe(item.first), describe(item.second));
    return Entity(dict, keep(object));
  }
  return from_answer(bridge_.attr("describe")(object), keep(object));
}

Entity Host::from_answer(py::tuple answer, ObjectId origin) {
  std::string kind = py::cast<std::string>(answer[0]);
  auto size = [&](size_t i) { return py::cast<uint32_t>(answer[i]); };
  if (kind == "int" || kind == "float" || kind == "bool") return number(answer[1]);
  if (kind == "dtype") return Entity(frontend::TypeRef{{}, dtype_of(answer[1])}, origin);
  if (kind == "matrix_type")
    return Entity(frontend::TypeRef{{size(1), size(2), size(3)}, dtype_of(answer[4])}, origin);
  if (kind == "matrix") {
    frontend::ConstMatrix m{{size(1), size(2), size(3)}, {}, dtype_of(answer[5])};
    for (py::handle item : py::list(answer[4])) {
      Entity component = number(item);
      TS_CHECK(component.as<Constant>(), "a component of a matrix is a number");
      m.components.push_back(*component.as<Constant>());
    }
    return Entity(std::move(m), origin);
  }
  if (kind == "field") return Entity(frontend::FieldRef{py::cast<int>(answer[1])}, origin);
  if (kind == "func") {
    frontend::FunctionRef f{keep(answer[1]), nullptr};
    if (!answer[2].is_none()) f.self = std::make_shared<Entity>(describe(answer[2]));
    return Entity(std::move(f), origin);
  }
  if (kind == "kernel")
    return Entity(frontend::KernelRef{py::cast<std::string>(answer[1])}, origin);
  if (kind == "builtin")
    return Entity(frontend::BuiltinRef{py::cast<std::string>(answer[1])}, origin);
  if (kind == "ndrange") {
    frontend::RangeRef range{std::make_shared<std::vector<std::pair<Entity, Entity>>>(), true};
    for (py::handle pair : py::list(answer[1])) {
      auto bounds = py::reinterpret_borrow<py::sequence>(pair);
      range.bounds->emplace_back(describe(bounds[0]), describe(bounds[1]));
    }
    return Entity(std::move(range), origin);
  }
  if (kind == "unsupported")
    return Entity(frontend::Unsupported{py::cast<std::string>(answer[1])}, origin);
  TS_CHECK(kind == "object", "unknown kind from bridge.describe: " + kind);
  return Entity(frontend::Opaque{}, origin);
}

py::object Host::object(const Entity& e) {
  if (e.origin) return objects_.at(e.origin.raw);
  if (auto* c = e.as<Constant>()) {
    switch (c->kind) {
      case Constant::Kind::None: return py::none();
      case Constant::Kind::Bool: return py::bool_(c->integer != 0);
      case Constant::Kind::Int:
        return py::reinterpret_steal<py::object>(
            PyLong_FromString(frontend::decimal(c->integer).c_str(), nullptr, 10));
      case Constant::Kind::Float: return py::float_(c->real);
      case Constant::Kind::Str: return py::str(c->text);
    }
  }
  if (auto* s = e.as<frontend::Sequence>()) {
    py::list items;
    for (const Entity& item : *s->items) items.append(object(item));
    return s->is_list ? py::object(items) : py::tuple(items);
  }
  if (auto* d = e.as<frontend::Dict>()) {
    py::dict items;
    for (const auto& [key, value] : *d->items) items[object(key)] = object(value);
    return items;
  }
  py::object ti = py::module_::import("taichi");
  if (auto* t = e.as<frontend::TypeRef>(); t && t->dtype && t->shape.dims == 0)
    return ti.attr(std::string(name(*t->dtype)).c_str());
  if (auto* m = e.as<frontend::ConstMatrix>()) {
    py::list rows;
    for (uint32_t i = 0; i < m->shape.rows; ++i) {
      py::list row;
      for (uint32_t j = 0; j < m->shape.cols; ++j)
        row.append(object(m->components[i * m->shape.cols + j]));
      rows.append(m->shape.dims == 1 ? row[0] : py::object(row));
    }
    return ti.attr("Matrix")(rows);
  }
  PyErr_SetString(PyExc_TypeError, "this value does not exist in Python scope");
  throw py::error_already_set();
}

Result<const frontend::FunctionAst*> Host::ast(ObjectId source) {
  return guarded<const frontend::FunctionAst*>([&]() -> Result<const frontend::FunctionAst*> {
    asts_.push_back(import_ast(objects_.at(source.raw)));
    return asts_.back().get();
  });
}

// Closure, then globals, then builtins; a null object if there is none.
py::object Host::lookup(py::handle source, std::string_view name) {
  py::object fn = source.attr("fn");
  py::str key(name.data(), name.size());
  py::object closure = fn.attr("__closure__");
  if (!closure.is_none()) {
    py::tuple free = fn.attr("__code__").attr("co_freevars");
    for (size_t i = 0; i < free.size(); ++i)
      if (py::object(free[i]).equal(key)) return closure[py::int_(i)].attr("cell_contents");
  }
  py::dict globals = fn.attr("__globals__");
  if (globals.contains(key)) return globals[key];
  py::module_ builtins = py::module_::import("builtins");
  return py::hasattr(builtins, key) ? builtins.attr(key) : py::object();
}

std::optional<Entity> Host::captured(ObjectId source, std::string_view name) {
  auto [at, added] = names_.try_emplace({source, std::string(name)});
  if (!added) return at->second;
  try {
    py::object found = lookup(objects_.at(source.raw), name);
    if (found) at->second = describe(found);
  } catch (py::error_already_set& error) {
    // A closure cell that is still empty means that the name is not defined yet.
    if (!error.matches(PyExc_ValueError))
      at->second = frontend::Unsupported{"'" + std::string(name) + "' (" +
                                         py::cast<std::string>(py::str(error.value())) + ")"};
  }
  return at->second;
}

std::vector<std::string> Host::captured_names(ObjectId source) {
  std::vector<std::string> names;
  py::object fn = objects_.at(source.raw).attr("fn");
  for (py::handle name : py::tuple(fn.attr("__code__").attr("co_freevars")))
    names.push_back(py::cast<std::string>(name));
  for (auto item : py::dict(fn.attr("__globals__")))
    names.push_back(py::cast<std::string>(item.first));
  for (py::handle name : py::module_::import("builtins").attr("__dict__"))
    names.push_back(py::cast<std::string>(name));
  return names;
}

std::optional<ObjectId> Host::matrix_method(std::string_view name) {
  if (auto found = methods_.find(name); found != methods_.end()) return found->second;
  py::object source = bridge_.attr("matrix_method")(std::string(name));
  std::optional<ObjectId> id;
  if (!source.is_none()) id = keep(source);
  return methods_.emplace(std::string(name), id).first->second;
}

namespace {

std::vector<std::string> names_in(py::handle object) {
  std::vector<std::string> names;
  for (py::handle name : py::module_::import("builtins").attr("dir")(object))
    names.push_back(py::cast<std::string>(name));
  return names;
}

}  // namespace

std::vector<std::string> Host::matrix_methods() {
  std::vector<std::string> names = names_in(py::module_::import("taichi.lang.matrix_ops"));
  for (const char* own : {"transpose", "cast", "fill", "to_list", "shape"}) names.emplace_back(own);
  return names;
}

std::vector<std::string> Host::attribute_names(const Entity& e) {
  return e.origin ? names_in(objects_.at(e.origin.raw)) : std::vector<std::string>();
}

Result<Entity> Host::attribute(const Entity& e, std::string_view name) {
  std::pair<ObjectId, std::string> key{e.origin, std::string(name)};
  if (auto found = modules_.find(key); found != modules_.end()) return found->second;
  return guarded<Entity>([&] {
    py::object owner = object(e);
    Entity value = describe(owner.attr(key.second.c_str()));
    if (PyModule_Check(owner.ptr())) modules_.emplace(std::move(key), value);
    return value;
  });
}

Result<Entity> Host::call(const Entity& function, std::span<const Entity> args,
                          std::span<const std::pair<std::string, Entity>> keywords) {
  return guarded<Entity>([&] {
    py::list positional;
    for (const Entity& arg : args) positional.append(object(arg));
    py::dict named;
    for (const auto& [key, value] : keywords) named[py::str(key)] = object(value);
    return describe(object(function)(*positional, **named));
  });
}

Result<Entity> Host::subscript(const Entity& e, const Entity& index) {
  return guarded<Entity>([&] { return describe(object(e)[object(index)]); });
}

Result<std::vector<Entity>> Host::iterate(const Entity& e) {
  return guarded<std::vector<Entity>>([&] {
    std::vector<Entity> items;
    for (py::handle item : object(e)) items.push_back(describe(item));
    return items;
  });
}

Result<Entity> Host::binary(Operator op, const Entity& a, const Entity& b) {
  return guarded<Entity>([&] {
    py::object function = py::module_::import("operator").attr(operator_name(op));
    bool membership = op == Operator::In || op == Operator::NotIn;
    py::object result =
        membership ? function(object(b), object(a)) : function(object(a), object(b));
    return describe(op == Operator::NotIn ? py::bool_(!result.cast<bool>()) : result);
  });
}

Result<Entity> Host::unary(Operator op, const Entity& a) {
  return guarded<Entity>(
      [&] { return describe(py::module_::import("operator").attr(operator_name(op))(object(a))); });
}

Result<bool> Host::truth(const Entity& e) {
  return guarded<bool>([&] {
    int truth = PyObject_IsTrue(object(e).ptr());
    if (truth < 0) throw py::error_already_set();
    return truth != 0;
  });
}

Result<std::string> Host::format(const Entity& e, std::string_view spec) {
  return guarded<std::string>([&] {
    py::object text = py::module_::import("builtins").attr("format")(object(e), std::string(spec));
    return py::cast<std::string>(text);
  });
}

std::string Host::type_name(const Entity& e) {
  return e.origin ? Py_TYPE(objects_.at(e.origin.raw).ptr())->tp_name : "object";
}

void Host::show(std::string_view line) { py::print(std::string(line)); }

}  // namespace tinsmith::python
