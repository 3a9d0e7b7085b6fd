// SPDX-License-Identifier: Apache-2.0
// How a SPIR-V type lies in memory: by its decorations in buffers, naturally elsewhere. The LLVM
// type has exactly that layout (padding members where offsets ask for it), bool takes a byte, and a
// vector that is not aligned to its size is an array of its components.
#pragma once
#include <llvm/IR/DerivedTypes.h>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "air/spirv_reader.h"

namespace tinsmith::air {

struct MemoryLayout {
  enum class Kind : uint8_t { Scalar, Vector, Packed, Array, Struct };  // Packed: vector as array
  Kind kind = Kind::Scalar;
  uint32_t type_id = 0;        // SPIR-V type
  llvm::Type* type = nullptr;  // in memory
  uint64_t size = 0;           // without padding at the end; of a runtime array: of one element
  uint32_t align = 1;          // that every object has
  uint64_t stride = 0;         // Vector, Packed, Array: between elements
  uint64_t count = 0;          // Vector, Packed, Array; 0: runtime array
  bool strided = false;        // Array: element i is type{i, 0}, a struct that pads it
  // Vector, Packed, Array: one element; Struct: the members
  std::vector<const MemoryLayout*> parts;
  std::vector<uint32_t> fields;   // Struct: index within the LLVM struct
  std::vector<uint64_t> offsets;  // Struct
};

}  // namespace tinsmith::air
