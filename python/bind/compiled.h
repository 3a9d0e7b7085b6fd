// SPDX-License-Identifier: Apache-2.0
// What `_tinsmith.compile` gives back.
#pragma once
#include <string>

#include "package/package.h"

namespace tinsmith::python {

struct CompiledKernel {
  package::Kernel kernel;
  std::string warnings;  // rendered; empty when there are none
  // A kernel and its adjoint for the same arguments have this in common; empty: nothing known.
  std::string origin;
  bool is_adjoint = false;
};

}  // namespace tinsmith::python
