// SPDX-License-Identifier: Apache-2.0
// Debug switches that are code within the kernel: loops that do not end, operations that make NaNs.
#pragma once
#include <string>
#include <vector>

#include "cpu/body.h"

namespace tinsmith::cpu {

// Rounds of its loops that a thread may take, all together, before Debug.loops says that they do
// not end: about a second.
constexpr uint64_t kMostRounds = uint64_t{1} << 30;

// Adds what `debug` asks for to the kernel, and a text to `places` for each place that can be
// reported. Findings go to the start of the scratch memory (finding.h); the first one stays.
void instrument(Body& body, const Debug& debug, std::vector<std::string>& places);

}  // namespace tinsmith::cpu
