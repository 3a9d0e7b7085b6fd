// SPDX-License-Identifier: Apache-2.0
// Numbers of 16 bits: the host has no such type that every compiler of ours knows.
#pragma once
#include <cstdint>

namespace tinsmith::runtime {

// Rounds to the nearest, ties to even; beyond the range: infinity.
uint16_t to_half(double value);
double from_half(uint16_t bits);

}  // namespace tinsmith::runtime
