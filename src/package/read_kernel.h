// SPDX-License-Identifier: Apache-2.0
// The parts of the reader, each for one file of a package. What they leave in the Problem is the
// failure.
#pragma once
#include "package/json_place.h"
#include "package/package.h"

namespace tinsmith::package {

// An element of `kernels` in metadata.json, without the SPIR-V of its tasks.
Kernel read_kernel(const Place& place);

// A PrimitiveTypeID; none for 13, "unknown".
void read_dtype(const Place& place, std::optional<DType>& out);
void read_dtype(const Place& place, DType& out);

}  // namespace tinsmith::package
