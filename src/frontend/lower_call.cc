// SPDX-License-Identifier: Apache-2.0
// Calls. A ti.func is lowered afresh at every call, in a frame of its own: plain parameters are
// copies, ti.template() parameters are the caller's things themselves.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

namespace {

constexpr size_t kMaxInlining = 100;

}  // namespace

const Place& Call::place(size_t i) const {
  return i < expr.items.size() ? expr.items[i]->place : expr.place;
}

const Entity* Call::keyword(std::string_view name) const {
  for (const auto& [key, value] : keywords)
    if (key == name) return &value;
  return nullptr;
}

std::optional<Call> Lowering::arguments(const Expr& e) {
  auto args = spread(e);
  if (!args) return std::nullopt;
  Call call{e, std::move(*args), {}};
  for (const Keyword& k : e.keywords) {
    Entity value = eval(*k.value);
    if (!k.name.empty()) {
      call.keywords.emplace_back(std::string(k.name), std::move(value));
      continue;
    }
    auto* dict = value.as<Dict>();
    if (!dict) return error(Code::not_iterable, k.value->place, "`**` needs a dict"), std::nullopt;
    for (const auto& [key, item] : *dict->items)
      if (auto* name = key.as<Constant>()) call.keywords.emplace_back(name->text, item);
  }
  bool bad = std::ranges::any_of(call.args, &Entity::is_poison) ||
             std::ranges::any_of(call.keywords, [](const auto& k) { return k.second.is_poison(); });
  return bad ? std::nullopt : std::optional(std::move(call));
}

Entity Lowering::eval_call(const Expr& e) {
  Entity callee = eval(*e.a);
  if (callee.is_poison()) return callee;
  std::optional<Call> c = arguments(e);
  if (!c) return Poison{};
  locate(e.place);
  return call(callee, *c);
}

Entity Lowering::call(const Entity& callee, const Call& call) {
  const Place& at = call.expr.place;
  if (auto* builtin = callee.as<BuiltinRef>()) {
    if (BuiltinHandler handler = find_builtin(builtin->name)) return handler(*this, call);
    return poison(Code::unsupported_feature, at,
                  "the function '" + builtin->name + "' is not supported");
  }
  if (auto* type = callee.as<TypeRef>()) return call_type(*type, call);
  if (auto* f = callee.as<FunctionRef>()) return inline_function(f->source, f->self.get(), call);
  if (auto* method = callee.as<Method>()) return call_method(*method, call);
  if (auto* kernel = callee.as<KernelRef>()) {
    error(Code::nested_kernel, at,
          "kernel '" + kernel->name + "' cannot be called inside of a kernel")
        .note("make it a @ti.func, or call it from Python");
    return Poison{};
  }
  if (auto* u = callee.as<Unsupported>())
    return poison(Code::unsupported_feature, at, u->feature + " is not supported");
  bool known =
      std::ranges::all_of(call.args, [&](const Entity& a) { return is_compile_time(a); }) &&
      std::ranges::all_of(call.keywords, [&](const auto& k) { return is_compile_time(k.second); });
  if (callee.as<Opaque>()) {
    if (known) return settle(host.call(callee, call.args, call.keywords), at);
    error(Code::not_callable, at, "a plain Python object cannot be called with run-time values")
        .note("write it as a @ti.func, or give it compile-time arguments only");
    return Poison{};
  }
  return poison(Code::not_callable, call.expr.a->place, describe(callee) + " cannot be called");
}

Entity Lowering::call_type(const TypeRef& type, const Call& call) {
  const Place& at = call.expr.place;
  if (type.shape.dims == 0) {
    if (call.args.size() != 1 || !call.keywords.empty())
      return poison(Code::bad_argument, at, "a scalar type converts exactly one value");
    if (auto* c = call.args[0].as<Constant>(); c && c->is_number()) {
      if ((c->kind == Constant::Kind::Float) != is_real(*type.dtype) &&
          c->kind != Constant::Kind::Bool) {
        bool real = c->kind == Constant::Kind::Float;
        error(Code::bad_argument, at,
              real ? "floating-point literals must be annotated with a floating-point type"
                   : "integer literals must be annotated with an integer type")
            .note("ti.cast(x, T) converts");
        return Poison{};
      }
      if (c->kind == Constant::Kind::Float) return Scalar{b.constant(*type.dtype, c->real)};
      return Scalar{b.constant_int(*type.dtype, static_cast<int64_t>(c->integer))};
    }
    if (matrix_shape(call.args[0]))
      return poison(Code::bad_argument, at,
                    "a scalar type cannot convert " + describe(call.args[0]));
    ValueId v = scalar(call.args[0], at);
    return v ? Entity(Scalar{cast(v, *type.dtype)}) : Entity(Poison{});
  }
  Rvalue out{type.shape, {}};
  std::function<bool(const Entity&)> add = [&](const Entity& e) {
    if (auto* s = e.as<Sequence>()) return std::ranges::all_of(*s->items, add);
    std::optional<Rvalue> v = rvalue(e, at);
    if (v) out.c.insert(out.c.end(), v->c.begin(), v->c.end());
    return v.has_value();
  };
  if (!std::ranges::all_of(call.args, add)) return Poison{};
  if (out.c.size() == 1) out.c.resize(type.shape.size(), out.c[0]);
  if (out.c.size() != type.shape.size())
    return poison(Code::shape_mismatch, at,
                  "this type needs " + std::to_string(type.shape.size()) +
                      " components, here are " + std::to_string(out.c.size()));
  DType dtype_of = type.dtype.value_or(dtype(out.c[0]));
  return entity(cast(out, dtype_of));
}

Entity Lowering::call_method(const Method& method, const Call& call) {
  const Place& at = call.expr.place;
  const Entity& self = *method.receiver;
  auto argument = [&](size_t i) { return i < call.args.size() ? &call.args[i] : nullptr; };
  if (auto* s = self.as<Sequence>()) {
    if (!argument(0))
      return poison(Code::bad_argument, at, "'" + method.name + "' needs an argument");
    if (method.name == "append") {
      s->items->push_back(*argument(0));
    } else if (auto more = static_items(*argument(0), at)) {
      s->items->insert(s->items->end(), more->begin(), more->end());
    }
    return none();
  }
  if (auto* d = self.as<Dict>()) return dict_method(*d, method.name, call);
  if (method.name == "fill" && argument(0)) {
    auto* memory = self.as<Memory>();
    if (!memory) return poison(Code::not_assignable, at, describe(self) + " cannot be assigned to");
    assign_memory(*memory, *argument(0), at);
    return none();
  }
  if (method.name == "to_list" || method.name == "to_numpy") {
    auto items = static_items(self, at);
    return items ? sequence(std::move(*items), true) : Entity(Poison{});
  }
  if (method.name == "cast" && argument(0)) {
    std::optional<DType> to = type_argument(*argument(0), at);
    std::optional<Rvalue> v = rvalue(self, at);
    return v && to ? entity(cast(*v, *to)) : Entity(Poison{});
  }
  if (method.name == "transpose") {
    std::optional<Rvalue> v = rvalue(self, at);
    if (!v) return Poison{};
    Shape s = v->shape;
    if (s.dims == 1) return Matrix{{1, s.rows, 2}, v->c};
    Matrix out{{s.cols, s.rows, 2}, {}};
    for (uint32_t i = 0; i < s.cols; ++i)
      for (uint32_t j = 0; j < s.rows; ++j) out.components.push_back(v->c[j * s.cols + i]);
    return out;
  }
  if (std::optional<ObjectId> source = host.matrix_method(method.name))
    return inline_function(*source, &self, call);
  return poison(Code::unknown_attribute, at,
                describe(self) + " has no method '" + method.name + "'");
}

Entity Lowering::dict_method(const Dict& dict, std::string_view name, const Call& call) {
  std::vector<Entity> items;
  if (name == "get" && !call.args.empty()) {
    for (const auto& [key, value] : *dict.items) {
      Entity same = compare(Operator::Eq, key, call.args[0], call.expr.place);
      if (auto* known = same.as<Constant>(); known && truth_of(*known)) return value;
    }
    return call.args.size() > 1 ? call.args[1] : none();
  }
  for (const auto& [key, value] : *dict.items)
    items.push_back(name == "keys"     ? key
                    : name == "values" ? value
                                       : sequence({key, value}, false));
  return sequence(std::move(items), true);
}

Entity Lowering::inline_function(ObjectId source, const Entity* self, const Call& call) {
  const Place& at = call.expr.place;
  Result<const FunctionAst*> ast = host.ast(source);
  if (!ast) return poison(Code::host_error, at, ast.failure().what);
  if (frames.size() > kMaxInlining) {
    error(Code::recursion, at,
          "functions are inlined more than " + std::to_string(kMaxInlining) + " deep here")
        .note(
            "a @ti.func may call itself only if compile-time arguments (ti.template()) end the "
            "recursion");
    return Poison{};
  }
  LocId inlined_at = fn.add_loc({span(at), frame().inlined_at});
  Frame& callee = frames.emplace_back();
  callee.source = source;
  callee.ast = *ast;
  callee.file = file_of(source, **ast);
  callee.inlined_at = inlined_at;
  callee.call = {frames[frames.size() - 2].file, at.line, at.column, at.end_line, at.end_column};
  open_scope();
  bool was_muted = muted;
  bool fine = bind_arguments(**ast, self, call);
  if (fine) {
    open_scope();
    statements((*ast)->body);
  }
  Entity result = fine ? std::move(frame().result) : Entity(Poison{});
  frames.pop_back();
  muted = was_muted || !fine || result.is_poison();
  locate(at);
  return result;
}

bool Lowering::bind_arguments(const FunctionAst& ast, const Entity* self, const Call& call) {
  size_t given = call.args.size() + (self ? 1 : 0);
  auto wrong = [&](const std::string& message) {
    Frame& callee = frames.back();
    Span where = callee.call;
    swallowed = {};
    Diagnostic& d =
        muted || silent > 0 ? swallowed : diags.error(Code::call_arguments, where, message);
    muted = true;
    d.note(span(ast.place), "the function is defined here");
    return false;
  };
  if (!ast.variadic.empty())
    return wrong("a function with " + std::string(ast.variadic) + " cannot be called in a kernel");
  if (given > ast.params.size())
    return wrong("'" + ast.name + "' takes " + std::to_string(ast.params.size()) +
                 " arguments, here are " + std::to_string(given));
  for (const auto& keyword : call.keywords)
    if (std::ranges::find(ast.params, std::string_view(keyword.first), &Parameter::name) ==
        ast.params.end())
      return wrong("'" + ast.name + "' has no parameter '" + keyword.first + "'");
  for (size_t i = 0; i < ast.params.size(); ++i) {
    const Parameter& p = ast.params[i];
    const Entity* value = call.keyword(p.name);
    if (value && i < given) return wrong("'" + std::string(p.name) + "' is given twice");
    if (i < given) value = self ? (i == 0 ? self : &call.args[i - 1]) : &call.args[i];
    Entity fallback;
    if (!value && p.fallback) {
      fallback = eval(*p.fallback);
      value = &fallback;
    }
    if (!value) return wrong("'" + ast.name + "' needs the argument '" + std::string(p.name) + "'");
    if (value->is_poison()) return false;
    Entity bound = self && i == 0 ? *value : bind_argument(p, *value);
    if (bound.is_poison()) return false;
    declare(p.name, std::move(bound),
            is_template(p) ? Variable::Kind::Static : Variable::Kind::Local);
  }
  return true;
}

bool Lowering::is_template(const Parameter& p) const {
  const Expr* a = p.annotation;
  if (a && a->kind == ExprKind::Call) a = a->a;
  return a && (a->kind == ExprKind::Attribute || a->kind == ExprKind::Name) &&
         a->name == "template";
}

Entity Lowering::bind_argument(const Parameter& p, const Entity& value) {
  if (is_template(p) || !is_runtime(value)) {
    auto* s = value.as<Sequence>();
    return s && !is_template(p) ? fresh_local(value, p.place) : value;
  }
  Entity type = p.annotation ? eval(*p.annotation) : Entity(none());
  if (type.is_poison()) return type;
  std::optional<Rvalue> v = rvalue(value, p.place);
  if (!v) return Poison{};
  auto* t = type.as<TypeRef>();
  if (auto* builtin = type.as<BuiltinRef>(); builtin || (t && t->shape.dims == 0)) {
    std::optional<DType> to = type_argument(type, p.annotation->place);
    if (!to) return Poison{};
    v = cast(*v, *to);
  } else if (t) {
    if (t->shape != v->shape)
      return poison(Code::shape_mismatch, p.place,
                    "the annotation of '" + std::string(p.name) +
                        "' has another shape than the argument, " + describe(value));
    if (t->dtype) v = cast(*v, *t->dtype);
  }
  return fresh_local(entity(*v), p.place);
}

std::optional<DType> Lowering::type_argument(const Entity& e, const Place& at) {
  if (e.is_poison()) return std::nullopt;
  if (auto* t = e.as<TypeRef>(); t && t->shape.dims == 0 && t->dtype) return t->dtype;
  if (auto* f = e.as<BuiltinRef>()) {
    if (f->name == "py.int") return request.options.default_ip;
    if (f->name == "py.float") return request.options.default_fp;
    if (f->name == "py.bool") return DType::U1;
  }
  error(Code::bad_argument, at, "a scalar type such as ti.f32 is needed here, not " + describe(e));
  return std::nullopt;
}

}  // namespace tinsmith::frontend
