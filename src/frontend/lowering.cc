// SPDX-License-Identifier: Apache-2.0
// The kernel as a whole: its parameters, its fields, and how mistakes are reported.
#include "frontend/lowering.h"

#include <algorithm>

namespace tinsmith::frontend {

bool lower_kernel(const Request& request, Host& host, Module& module, Diagnostics& diags,
                  SourceFiles& sources) {
  Function& fn = module.kernels.emplace_back(request.name);
  return Lowering(request, host, module, fn, diags, sources).run();
}

bool Lowering::run() {
  Result<const FunctionAst*> ast = host.ast(request.source);
  if (!ast) {
    diags.error(Code::host_error, {}, ast.failure().what);
    return false;
  }
  Frame& kernel = frames.emplace_back();
  kernel.source = request.source;
  kernel.ast = *ast;
  kernel.file = file_of(request.source, **ast);
  kernel.is_kernel = true;
  open_scope();
  bind_parameters();
  open_scope();
  statements(kernel.ast->body);
  if (request.returns_value && !kernel.returned)
    error(Code::return_missing, kernel.ast->place, "the kernel must return a value on every path")
        .note("end it with `return`, or remove the return annotation");
  end_block();
  if (diags.has_errors()) return false;
  split_locals(fn);
  link_gradients();
  return true;
}

void Lowering::bind_parameters() {
  fn.returns = request.returns;
  for (const ParamSpec& p : request.params) {
    std::string_view name = p.name;
    if (p.kind == ParamSpec::Kind::Template) {
      declare(name, p.value, Variable::Kind::Argument);
      continue;
    }
    uint32_t index = static_cast<uint32_t>(fn.params.size());
    ir_param.push_back(static_cast<uint32_t>(&p - request.params.data()));
    ParamKind kind = p.kind == ParamSpec::Kind::Scalar   ? ParamKind::Scalar
                     : p.kind == ParamSpec::Kind::Matrix ? ParamKind::Matrix
                                                         : ParamKind::Array;
    fn.params.push_back(
        {p.name, kind, p.dtype, p.shape.rows, p.shape.cols, p.shape.dims, p.ndim, p.needs_grad});
    if (kind == ParamKind::Array) {
      declare(name, ArrayRef{index, false}, Variable::Kind::Argument);
      continue;
    }
    Matrix m{p.shape, {}};
    for (uint32_t c = 0; c < p.shape.size(); ++c)
      m.components.push_back(b.value(Op::Arg, value_of(p.dtype), {}, ArgSlot{index, c}.imm()));
    Entity value =
        kind == ParamKind::Scalar ? Entity(Scalar{m.components[0]}) : Entity(std::move(m));
    declare(name, std::move(value), Variable::Kind::Argument);
  }
}

void Lowering::link_gradients() {
  for (auto [handle, id] : fields) {
    auto grad = fields.find(host.field_grad(handle));
    if (grad != fields.end()) module.fields[id].grad = grad->second;
  }
}

FieldId Lowering::field_id(int handle) {
  if (auto found = fields.find(handle); found != fields.end()) return found->second;
  FieldId id = module.fields.add(host.field(handle));
  Field& field = module.fields[id];
  field.grad = {};
  // Scripts need not name fields, nor differently; the IR's text does.
  bool taken = std::ranges::any_of(
      fields, [&](const auto& other) { return module.fields[other.second].name == field.name; });
  if (field.name.empty()) field.name = "field";
  if (taken || field.name == "field") field.name += std::to_string(handle);
  fields.emplace(handle, id);
  if (int grad = request.options.gradient ? host.field_grad(handle) : -1; grad >= 0) field_id(grad);
  return id;
}

FileId Lowering::file_of(ObjectId source, const FunctionAst& ast) {
  auto [at, added] = files.try_emplace(source);
  if (added) {
    std::string text;
    for (const std::string& line : ast.lines) text += line + "\n";
    at->second = sources.add(ast.filename, text, ast.first_line);
  }
  return at->second;
}

void Lowering::locate(const Place& place) { b.loc = fn.add_loc({span(place), frame().inlined_at}); }

Diagnostic& Lowering::error(Code code, const Place& at, std::string message) {
  bool first = !muted;
  muted = true;
  Span place = span(at);
  if (!first || silent > 0 ||
      !reported.emplace(code, place.file.raw, place.line, place.column).second) {
    // A failed call is silent at its second use, but the kernel is still wrong: has_errors() is
    // true by then.
    swallowed = {};
    return swallowed;
  }
  Diagnostic& d = diags.error(code, place, std::move(message));
  // A long chain (runaway recursion) is shown by its ends.
  for (size_t i = frames.size(); i-- > 1;)
    if (i < 3 || i + 3 > frames.size()) d.note(frames[i].call, "in the call from here");
  return d;
}

Diagnostic& Lowering::warning(Code code, const Place& at, std::string message) {
  Span place = span(at);
  if (silent > 0 || !reported.emplace(code, place.file.raw, place.line, place.column).second) {
    swallowed = {};
    return swallowed;
  }
  return diags.warning(code, place, std::move(message));
}

Entity Lowering::poison(Code code, const Place& at, std::string message) {
  error(code, at, std::move(message));
  return Poison{};
}

Entity Lowering::settle(Result<Entity> result, const Place& at) {
  if (result) return std::move(*result);
  return poison(Code::host_error, at, result.failure().what);
}

namespace {

std::string shape_text(Shape s, std::string_view type) {
  if (s.dims == 0) return std::string(type);
  std::string of = type.empty() ? "" : " of " + std::string(type);
  if (s.dims == 1)
    return "a vector of " + std::to_string(s.rows) + (type.empty() ? "" : " " + std::string(type));
  return "a " + std::to_string(s.rows) + "x" + std::to_string(s.cols) + " matrix" + of;
}

}  // namespace

std::string Lowering::describe(const Entity& e) {
  if (auto* c = e.as<Constant>()) {
    switch (c->kind) {
      case Constant::Kind::None: return "None";
      case Constant::Kind::Bool: return c->integer ? "True" : "False";
      case Constant::Kind::Int: return "the int " + decimal(c->integer);
      case Constant::Kind::Float: return "the float " + std::to_string(c->real);
      case Constant::Kind::Str: return "a string";
    }
  }
  if (auto* s = e.as<Sequence>()) return s->is_list ? "a list" : "a tuple";
  if (e.as<Dict>()) return "a dict";
  if (e.as<TypeRef>()) return "a type";
  if (auto* m = e.as<ConstMatrix>()) return shape_text(m->shape, "");
  if (e.as<FunctionRef>()) return "a function";
  if (auto* k = e.as<KernelRef>()) return "the kernel '" + k->name + "'";
  if (auto* f = e.as<BuiltinRef>()) return "the function '" + f->name + "'";
  if (auto* m = e.as<Method>()) return "the method '" + m->name + "'";
  if (auto* u = e.as<Unsupported>()) return u->feature;
  if (e.as<FieldRef>()) return "a field";
  if (e.as<ArrayRef>()) return "an ndarray";
  if (auto* s = e.as<Scalar>())
    return "a value of type " + std::string(tinsmith::name(dtype(s->value)));
  if (auto* m = e.as<Matrix>())
    return shape_text(m->shape,
                      m->components.empty() ? "" : tinsmith::name(dtype(m->components[0])));
  if (auto* m = e.as<Memory>())
    return (m->shape.dims ? "" : "a value of type ") +
           shape_text(m->shape, tinsmith::name(m->dtype));
  if (auto* r = e.as<RangeRef>()) return r->is_ndrange ? "an ndrange" : "a range";
  if (e.as<Grouped>()) return "a grouped range";
  if (e.as<Opaque>()) return "a Python object of type '" + host.type_name(e) + "'";
  return "something invalid";
}

}  // namespace tinsmith::frontend
