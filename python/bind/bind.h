// SPDX-License-Identifier: Apache-2.0
// The parts of the extension module taichi._tinsmith, and how failures leave C++.
#pragma once
#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include "support/result.h"

namespace tinsmith::python {

void bind_program(pybind11::module_& m);   // Program, NdArray
void bind_launch(pybind11::module_& m);    // Launch, ArgumentError
void bind_export(pybind11::module_& m);    // PackageBuilder
void bind_frontend(pybind11::module_& m);  // compile, CompiledKernel, CompileError

// Raises RuntimeError with the failure's text.
[[noreturn]] inline void raise(const Failure& failure) { throw std::runtime_error(failure.what); }

inline void check(Result<> result) {
  if (!result) raise(result.failure());
}
template <class T>
T value(Result<T> result) {
  if (!result) raise(result.failure());
  return std::move(*result);
}

}  // namespace tinsmith::python
