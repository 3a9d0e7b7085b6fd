// SPDX-License-Identifier: Apache-2.0
// The order in which the members of a structural node lie in memory.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace tinsmith::lower {

// Indices of `sizes`, smallest first. Equal sizes come in the order that packages made on macOS
// have, which host programs rely on: see size_order.cc.
std::vector<uint32_t> size_order(std::span<const uint64_t> sizes);

}  // namespace tinsmith::lower
