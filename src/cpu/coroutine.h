// SPDX-License-Identifier: Apache-2.0
// The entry for kernels whose threads wait for each other: the kernel as a coroutine that the
// scheduler runs.
#pragma once
#include <string>
#include <vector>

#include "cpu/body.h"
#include "support/result.h"

namespace tinsmith::cpu {

// Whether the kernel calls anything that needs other threads. Replaces what only looks like it.
bool needs_coroutines(llvm::Function& kernel);

// Emits kEntryName, which hands the work to tinsmith_run_groups (scheduler.h). Leaves a coroutine
// not yet split. `strict`: barriers that not all threads reach are findings. Adds a text to
// `places` for each place where threads wait, in program order. Fails, naming them, on operations
// not known.
Result<> emit_coroutine_entry(const Body& body, bool strict, std::vector<std::string>& places);

}  // namespace tinsmith::cpu
