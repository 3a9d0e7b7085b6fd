// SPDX-License-Identifier: Apache-2.0
// ti.random: each invocation of a task that draws reads the seed, a word among the temporaries, and
// stores one more, and none waits for another. How often the word rises depends on who comes first;
// where all invocations read before any stores it rises by one, and the numbers are the same on
// every run. So the store is taken out of the task, and the device adds the one.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "package/package.h"
#include "support/result.h"

namespace tinsmith::cpu {

constexpr uint32_t kSeedWord = 1024;  // of the temporaries

// Removes the stores of "the seed, and one more" to the buffer at `binding`; whether there was one.
bool remove_seed_stores(package::SpirvWords& words, uint32_t binding);
// The same of the kernel `entry` of a library and the buffer at `index`: bitcode without the
// stores, or nothing where there are none.
Result<std::optional<std::vector<std::byte>>> without_seed_stores(std::span<const std::byte> air,
                                                                  const std::string& entry,
                                                                  uint32_t index);

}  // namespace tinsmith::cpu
