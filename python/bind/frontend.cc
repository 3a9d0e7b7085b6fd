// SPDX-License-Identifier: Apache-2.0
// `_tinsmith.compile`: from a Python function and its specialisation to a packaged kernel.
#include "frontend/frontend.h"

#include <cstdio>

#include "bind/bind.h"
#include "bind/compiled.h"
#include "bind/host.h"
#include "compiler/compiler.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {

namespace {

using frontend::ParamSpec;

DType dtype_named(py::handle name) {
  std::optional<DType> type = dtype_from_name(py::cast<std::string>(name));
  TS_CHECK(type.has_value(), "Python's types have the compiler's names");
  return *type;
}

ParamSpec param_of(py::tuple row, Host& host) {
  ParamSpec p;
  p.name = py::cast<std::string>(row[0]);
  std::string kind = py::cast<std::string>(row[1]);
  auto size = [&](size_t i) { return py::cast<uint32_t>(row[i]); };
  if (kind == "scalar") {
    p.dtype = dtype_named(row[2]);
  } else if (kind == "matrix") {
    p.kind = ParamSpec::Kind::Matrix;
    p.shape = {size(2), size(3), size(4)};
    p.dtype = dtype_named(row[5]);
  } else if (kind == "ndarray") {
    p.kind = ParamSpec::Kind::Array;
    p.dtype = dtype_named(row[2]);
    p.shape = {size(3), size(4), size(5)};
    p.ndim = size(6);
    p.needs_grad = py::cast<bool>(row[7]);
    p.clamp = py::cast<std::string>(row[8]) == "clamp";
  } else {
    TS_CHECK(kind == "template", "unknown kind of parameter: " + kind);
    p.kind = ParamSpec::Kind::Template;
    p.value = host.describe(row[2]);
  }
  return p;
}

frontend::Request request_of(Host& host, py::handle source, const std::string& name,
                             py::list params, py::object returns, py::dict options) {
  frontend::Request request;
  request.source = host.keep(source);
  request.name = name;
  for (py::handle row : params)
    request.params.push_back(param_of(py::reinterpret_borrow<py::tuple>(row), host));
  request.returns_value = !returns.is_none();
  if (request.returns_value)
    for (py::handle item : py::list(returns)) {
      auto row = py::reinterpret_borrow<py::tuple>(item);
      request.returns.push_back({dtype_named(row[0]), py::cast<uint32_t>(row[1]),
                                 py::cast<uint32_t>(row[2]), py::cast<uint32_t>(row[3])});
    }
  request.options = {
      py::cast<bool>(options["gradient"]),      dtype_named(options["default_fp"]),
      dtype_named(options["default_ip"]),       py::cast<bool>(options["debug"]),
      py::cast<bool>(options["short_circuit"]), py::cast<uint32_t>(options["unrolling_limit"])};
  return request;
}

const char* kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Syntax: return "syntax";
    case ErrorKind::Name: return "name";
    case ErrorKind::Index: return "index";
    case ErrorKind::Type: return "type";
    case ErrorKind::Compilation: return "compilation";
    case ErrorKind::Unsupported: return "unsupported";
    case ErrorKind::Gradient: return "gradient";
  }
  TS_UNREACHABLE("kind of error");
}

// Raises CompileError with the rendered diagnostics; `kind` is that of the first error.
[[noreturn]] void raise_all(const Diagnostics& diags, const SourceFiles& sources) {
  ErrorKind kind = ErrorKind::Compilation;
  for (const Diagnostic& d : diags.all())
    if (d.severity == Severity::Error) {
      kind = tinsmith::kind(d.code);
      break;
    }
  py::object type = py::module_::import("taichi._tinsmith").attr("CompileError");
  py::object error = type(render(diags, sources));
  error.attr("kind") = kind_name(kind);
  PyErr_SetObject(type.ptr(), error.ptr());
  throw py::error_already_set();
}

std::shared_ptr<CompiledKernel> compile(Program& program, py::handle source,
                                        const std::string& name, py::list params,
                                        py::object returns, py::dict options) {
  Host host(program);
  Module module;
  Diagnostics diags;
  SourceFiles sources;
  frontend::Request request = request_of(host, source, name, params, returns, options);
  std::string dump = options.contains("dump") ? py::cast<std::string>(options["dump"]) : "";
  if (!frontend::lower_kernel(request, host, module, diags, sources)) raise_all(diags, sources);
  compiler::Options compiler_options;
  compiler_options.gradient = request.options.gradient;
  compiler_options.sources = &sources;
  if (!dump.empty()) {
    auto show = [&](std::string_view step, const std::string& ir) {
      if (dump == "all" || dump == step)
        std::fprintf(stderr, "// %s: %.*s\n%s", name.c_str(), static_cast<int>(step.size()),
                     step.data(), ir.c_str());
    };
    show("frontend", print(module));
    compiler_options.on_step = show;
  }
  Result<package::Kernel> kernel = compiler::compile(module, name, compiler_options, diags);
  if (kernel) kernel->doc = py::cast<std::string>(options["doc"]);
  if (!kernel) {
    if (diags.has_errors()) raise_all(diags, sources);
    python::raise(kernel.failure());
  }
  return std::make_shared<CompiledKernel>(
      CompiledKernel{std::move(*kernel), render(diags, sources),
                     py::cast<std::string>(options["origin"]), request.options.gradient});
}

}  // namespace

void bind_frontend(py::module_& m) {
  PyObject* base = PyErr_NewExceptionWithDoc(
      "taichi._tinsmith.CompileError",
      "A kernel that is wrong: str() shows where and why, `kind` says what sort of mistake.",
      PyExc_Exception, nullptr);
  m.attr("CompileError") = py::reinterpret_steal<py::object>(base);
  py::class_<CompiledKernel, std::shared_ptr<CompiledKernel>>(m, "CompiledKernel")
      .def_property_readonly("name", [](const CompiledKernel& k) { return k.kernel.name; })
      .def_readonly("warnings", &CompiledKernel::warnings);
  m.def("compile", &compile);
}

}  // namespace tinsmith::python
