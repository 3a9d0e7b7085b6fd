// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdlib>

#include "bind/arrays.h"
#include "bind/bind.h"
#include "bind/fields.h"
#include "bind/program.h"
#include "devices/devices.h"

namespace py = pybind11;

namespace tinsmith::python {

namespace {

runtime::DeviceOptions options_of(const std::string& device, const std::string& debug,
                                  bool validation, unsigned threads, bool fast_math, bool cache) {
  runtime::DeviceOptions options = value(devices::options_from_text(device));
  options.debug = value(devices::debug_from_text(debug));
  options.validation = validation;
  options.threads = threads;
  options.fast_math = fast_math;
  if (cache) options.cache = devices::cache_folder(std::getenv);
  return options;
}

}  // namespace

void bind_program(py::module_& m) {
  m.def("has_gpu", [] {
    const auto all = devices::list();
    return std::any_of(all.begin(), all.end(), [](const auto& info) { return info.is_gpu; });
  });
  py::class_<Program, std::shared_ptr<Program>>(m, "Program")
      .def(py::init([](const std::string& device, const std::string& debug, bool validation,
                       unsigned threads, bool fast_math, bool cache) {
             return std::make_shared<Program>(
                 options_of(device, debug, validation, threads, fast_math, cache));
           }),
           py::arg("device"), py::arg("debug"), py::arg("validation"), py::arg("threads"),
           py::arg("fast_math"), py::arg("cache"))
      .def("close", &Program::close)
      .def("wait", [](Program& p) { check(p.wait()); })
      .def("set_seed", &Program::set_seed)
      .def("launched",
           [](Program& p) { return p.opened() && p.device()->counters().dispatches > 0; })
      .def("device_name",
           [](Program& p) {
             value(p.module());
             return p.device()->info().name;
           })
      .def("counters",
           [](Program& p) {
             value(p.module());
             const auto c = p.device()->counters();
             return py::dict(py::arg("dispatches") = c.dispatches,
                             py::arg("submissions") = c.submissions, py::arg("waits") = c.waits,
                             py::arg("barriers") = c.barriers);
           })
      .def("add_tree", &add_tree)
      .def("component_field", &component_field)
      .def("name_field", &Program::name_field)
      .def("set_grad", &Program::set_grad)
      .def("field_offset_in_root", [](Program& p, int handle) { return p.field(handle).offset; })
      .def("tree_bytes", &Program::tree_bytes)
      .def("read_element", &read_element)
      .def("write_element", &write_element)
      .def("read_field", &read_field)
      .def("write_field", &write_field);
  bind_arrays(m);
}

}  // namespace tinsmith::python
