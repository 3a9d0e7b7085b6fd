// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "bind/arrays.h"
#include "bind/bind.h"
#include "bind/fields.h"
#include "bind/program.h"

namespace py = pybind11;

namespace tinsmith::python {

void bind_program(py::module_& m) {
  py::class_<Program, std::shared_ptr<Program>>(m, "Program")
      .def(py::init<std::string, bool>())
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
