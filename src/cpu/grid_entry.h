// SPDX-License-Identifier: Apache-2.0
// The entry for kernels whose threads do not wait for each other: plain nested loops.
#pragma once
#include <optional>

#include "cpu/body.h"

namespace tinsmith::cpu {

// Emits kEntryName. The innermost loop runs over x, through whole rows of the grid where the kernel
// does not look at threadgroups, else through the rows of each threadgroup. Bounds are literals
// where `shape` is known.
void emit_grid_entry(const Body& body, const std::optional<Source::Shape>& shape);

}  // namespace tinsmith::cpu
