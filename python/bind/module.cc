// SPDX-License-Identifier: Apache-2.0
// The extension module taichi._tinsmith.
#include "bind/bind.h"

PYBIND11_MODULE(_tinsmith, m) {
  using namespace tinsmith::python;
  m.doc() = "The compiler and the runtime of Tinsmith.";
  bind_program(m);
  bind_launch(m);
  bind_export(m);
  bind_frontend(m);
}
