// SPDX-License-Identifier: Apache-2.0
// Trees of fields as Python describes them, and reading and writing fields from the host.
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <vector>

#include "bind/program.h"

namespace tinsmith::python {

// `spec` is SNode._spec's tuple; a row of `fields` is (name, dtype, rows, cols, element axes, [leaf
// numbers], [offset]). Returns a handle for each row.
std::vector<int> add_tree(Program& program, const pybind11::tuple& spec,
                          const pybind11::list& fields);
// A handle for one component of a matrix field, a scalar field of its own to the compiler.
int component_field(Program& program, int handle, uint32_t component);

// The numbers of one element, components in row-major order.
pybind11::list read_element(Program& program, int handle, const pybind11::tuple& indices);
void write_element(Program& program, int handle, const pybind11::tuple& indices,
                   const pybind11::sequence& values);
// Whole fields to and from a C-contiguous array of the field's shape and component axes; u1 is
// NumPy's bool.
void read_field(Program& program, int handle, pybind11::array array);
void write_field(Program& program, int handle, const pybind11::array& array);

}  // namespace tinsmith::python
