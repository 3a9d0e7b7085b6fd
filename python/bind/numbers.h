// SPDX-License-Identifier: Apache-2.0
// Python numbers to and from the bytes of fields, arrays and argument blocks.
#pragma once
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>

#include "support/dtype.h"

namespace tinsmith::python {

// How an integer is made from a real: an argument must be an integer already, an assignment
// truncates.
enum class RealToInteger : uint8_t { Refuse, Truncate };

// Writes `value` as `dtype` to `to`; integers wrap. False where it is no number of a fitting kind
// (no Python error is left set).
bool encode(PyObject* value, DType dtype, RealToInteger reals, std::byte* to);

// A new Python int, float or bool.
pybind11::object decode(DType dtype, const std::byte* from);

}  // namespace tinsmith::python
