// SPDX-License-Identifier: Apache-2.0
// Vectors and matrices that are passed by value. The metadata has no type for them: it writes a
// struct whose members carry their indices in their names.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "package/package.h"

namespace tinsmith::package {

// {n} for the block of a vector (members v_0, v_1, …), {rows, columns} for that of a matrix
// (m_0_0, m_0_1, …), all of one scalar type; none for a struct with members of its own.
std::optional<std::vector<uint32_t>> tensor_shape(const BlockType& type);

}  // namespace tinsmith::package
