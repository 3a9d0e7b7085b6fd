// SPDX-License-Identifier: Apache-2.0
// Parallel loops over a box become parallel loops over one flat index.
#pragma once
#include "ir/ir.h"
#include "support/result.h"

namespace tinsmith::lower {

// After it every parallel_for has one dimension. The last axis is fastest. Loops that already have
// one stay as they are.
Result<> flatten(Function& fn);

}  // namespace tinsmith::lower
