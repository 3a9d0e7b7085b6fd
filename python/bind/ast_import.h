// SPDX-License-Identifier: Apache-2.0
// Python's `ast` objects -> the frontend's syntax tree.
#pragma once
#include <pybind11/pybind11.h>

#include <memory>

#include "frontend/ast.h"

namespace tinsmith::python {

// Of a FunctionSource (taichi/lang/source.py); kept in its attribute `_ast`, so that each function
// is converted once.
std::shared_ptr<const frontend::FunctionAst> import_ast(pybind11::handle source);

}  // namespace tinsmith::python
