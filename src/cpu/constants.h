// SPDX-License-Identifier: Apache-2.0
// Function constants: values that a program gives when it makes a pipeline.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "cpu/cpu.h"
#include "support/result.h"

namespace tinsmith::cpu {

struct Parsed;

// Writes the values into the module. Fails on constants without a value, naming them.
Result<> apply_constants(Parsed& parsed, std::span<const ConstantValue> values);

// After intrinsics are replaced: what the initialisers of the module's globals compute, which is
// how Apple's compiler brings constants to the kernel, becomes part of the globals.
Result<> run_initialisers(Parsed& parsed);

}  // namespace tinsmith::cpu
