// SPDX-License-Identifier: Apache-2.0
// Random legal programs at Stage::Source, for tests of passes: they end, stay in bounds, and draw
// on every operation whose value op.def defines to the last bit. Compiled into the tests and fuzz
// targets alone.
#pragma once
#include <cstdint>
#include <string>

#include "ir/evaluate.h"
#include "ir/ir.h"

namespace tinsmith {

// The same program for the same seed; kernel and fields are added to `module`.
void random_program(uint64_t seed, Module& module);

// Runs the kernel of `module` on memory and arguments that `seed` fills; everything it leaves
// behind, as text to compare. NaNs are all alike. Empty if the program does not end within
// `limits`.
std::string outcome(const Module& module, uint64_t seed, const Limits& limits = {.steps = 300'000});

}  // namespace tinsmith
