// SPDX-License-Identifier: Apache-2.0
// ti.aot.Module on the C++ side: gathers what a package holds and writes it.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bind/bind.h"
#include "bind/compiled.h"
#include "bind/program.h"
#include "package/package.h"
#include "support/check.h"

namespace py = pybind11;

namespace tinsmith::python {
namespace {

// JSON strings of the format are not escaped by genuine writers and readers.
void check_name(const std::string& name) {
  for (const char c : name) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
      throw py::value_error("the name '" + name +
                            "' cannot be written to a package: it has a "
                            "quote, a backslash or a control character");
    }
  }
}

class PackageBuilder {
 public:
  explicit PackageBuilder(std::shared_ptr<Program> program) : program_(std::move(program)) {
    package_.required_caps["spirv_version"] = 0x10300;
  }

  void set_capability(const std::string& name, uint32_t value) {
    package_.required_caps[name] = value;
  }

  void add_field(const std::string& name, int handle) {
    check_name(name);
    const Program::Entry& entry = program_->entry(handle);
    if (entry.field.tree != 0) {
      throw py::value_error("field '" + name +
                            "' was placed after the first kernel launch or field "
                            "access: a package holds only the fields placed before it");
    }
    if (!entry.one_level) {
      throw py::value_error("field '" + name +
                            "' shares its cells with other fields, or lies in "
                            "nested or per-component denses: the package format cannot say where "
                            "it is; declare it with shape=, or place it alone in one dense");
    }
    package::Field field;
    field.name = name;
    field.dtype = entry.field.dtype;
    field.shape = entry.field.shape;
    field.is_scalar = !entry.field.is_matrix;
    if (entry.field.is_matrix) field.element_shape = {entry.field.cols, entry.field.rows};
    field.offset = entry.offset_in_parent;
    package_.fields.push_back(std::move(field));
  }

  // A kernel of the same name takes the earlier one's place.
  void add_kernel(const std::string& name, const CompiledKernel& kernel) {
    check_name(name);
    check_trees(name, kernel.kernel);
    size_t at = 0;
    while (at < package_.kernels.size() && package_.kernels[at].name != name) ++at;
    if (at == package_.kernels.size()) {
      package_.kernels.emplace_back();
      origins_.emplace_back();
    }
    package_.kernels[at] = kernel.kernel;
    package_.kernels[at].name = name;
    origins_[at] = {kernel.origin, kernel.is_adjoint};
  }

  // A dispatch is (compiled kernel, [(tag, name, dtype, field_dim, element_shape), …]).
  void add_graph(const std::string& name, const py::list& dispatches) {
    check_name(name);
    package::Graph graph;
    graph.name = name;
    for (const py::handle& item : dispatches) {
      const auto row = py::cast<py::tuple>(item);
      const auto& compiled = py::cast<const CompiledKernel&>(row[0]);
      package::Dispatch dispatch;
      dispatch.kernel_name = compiled.kernel.name;
      for (const py::handle& arg : py::cast<py::list>(row[1])) {
        dispatch.args.push_back(to_graph_arg(py::cast<py::tuple>(arg)));
      }
      add_kernel(compiled.kernel.name, compiled);
      graph.dispatches.push_back(std::move(dispatch));
    }
    package_.graphs.push_back(std::move(graph));
  }

  void save(const std::string& folder, const std::vector<std::string>& content) {
    finish(content);
    check(package::write_directory(package_, folder));
  }
  void archive(const std::string& file, const std::vector<std::string>& content) {
    finish(content);
    check(package::write_archive(package_, file));
  }

 private:
  struct Origin {  // see CompiledKernel
    std::string of;
    bool is_adjoint = false;
  };

  static package::GraphArg to_graph_arg(const py::tuple& row) {
    package::GraphArg arg;
    arg.tag = static_cast<package::GraphArgKind>(py::cast<int>(row[0]));
    arg.name = py::cast<std::string>(row[1]);
    const auto dtype = dtype_from_name(py::cast<std::string>(row[2]));
    TS_CHECK(dtype.has_value(), "Python's types have the compiler's names");
    arg.dtype = *dtype;
    arg.field_dim = py::cast<uint32_t>(row[3]);
    arg.element_shape = py::cast<std::vector<uint32_t>>(row[4]);
    return arg;
  }

  static void check_trees(const std::string& name, const package::Kernel& kernel) {
    for (const package::Task& task : kernel.tasks) {
      for (const package::BufferBinding& binding : task.buffers) {
        if (binding.type == package::BufferType::Root && binding.root_id.front() != 0) {
          throw py::value_error("kernel '" + name +
                                "' uses fields that were placed after the first kernel launch or "
                                "field access: a package holds only the fields placed before it; "
                                "declare all fields first");
        }
      }
    }
  }

  // The first name that the kernel has whose adjoint this is; "" where the package lacks it.
  std::string primal_of(const Origin& adjoint) const {
    for (size_t i = 0; i < origins_.size(); ++i) {
      if (!origins_[i].is_adjoint && origins_[i].of == adjoint.of) return package_.kernels[i].name;
    }
    return "";
  }

  void finish(const std::vector<std::string>& content) {
    for (size_t i = 0; i < origins_.size(); ++i) {
      if (origins_[i].is_adjoint) package_.kernels[i].gradient_of = primal_of(origins_[i]);
    }
    package_.content = content;
    package_.root_buffer_size = program_->tree_count() > 0 ? program_->tree_bytes(0) : 0;
  }

  std::shared_ptr<Program> program_;
  package::Package package_;
  std::vector<Origin> origins_;  // of each of its kernels
};

}  // namespace

void bind_export(py::module_& m) {
  py::class_<PackageBuilder>(m, "PackageBuilder")
      .def(py::init<std::shared_ptr<Program>>())
      .def("set_capability", &PackageBuilder::set_capability)
      .def("add_field", &PackageBuilder::add_field)
      .def("add_kernel", &PackageBuilder::add_kernel)
      .def("add", &PackageBuilder::add_kernel)
      .def("add_graph", &PackageBuilder::add_graph)
      .def("save", &PackageBuilder::save)
      .def("archive", &PackageBuilder::archive);
}

}  // namespace tinsmith::python
