// SPDX-License-Identifier: Apache-2.0
// How a SPIR-V type lies in memory: by its decorations in buffers, naturally elsewhere. The LLVM
// type has exactly that layout (padding members where offsets ask for it), bool takes a byte, and a
// vector that is not aligned to its size is an array of its components.
#pragma once
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/DerivedTypes.h>

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "air/spirv_reader.h"

namespace tinsmith::air {

struct MemoryLayout {
  enum class Kind : uint8_t {
    Scalar,
    Vector,    // an LLVM vector
    Packed,    // a vector as array of its components
    Array,     // also a matrix: array of columns
    RowMajor,  // a matrix: array of rows
    Struct,
  };
  Kind kind = Kind::Scalar;
  uint32_t type_id = 0;        // SPIR-V type; of a row: 0
  llvm::Type* type = nullptr;  // in memory; of a runtime array: an array of one
  uint64_t size = 0;           // in bytes, without padding at the end
  uint32_t align = 1;          // of the address, as far as the layout around it tells
  uint64_t count = 0;          // Vector, Packed, Array, RowMajor (rows); 0: runtime array
  uint64_t stride = 0;         // Array, Packed: bytes between elements
  bool strided = false;        // Array, Packed: elements are {element, padding}
  bool is_bool = false;        // Scalar, Vector, Packed: a byte for each truth value
  uint64_t scalars = 1;        // how many it holds
  // Vector, Packed, Array: one element. Struct: members. RowMajor: a row, a column, a scalar.
  std::vector<const MemoryLayout*> parts;
  std::vector<uint32_t> fields;   // Struct: position within the LLVM struct
  std::vector<uint64_t> offsets;  // Struct

  bool is_runtime_array() const { return kind == Kind::Array && count == 0; }
};

class Layouts {
 public:
  Layouts(const SpirvModule& spirv, llvm::LLVMContext& context, const llvm::DataLayout& data)
      : spirv_(spirv), context_(context), data_(data) {}

  // As this program lays variables of its own out.
  const MemoryLayout* natural(uint32_t type_id) { return get(type_id, {}); }
  // As Offset, ArrayStride and MatrixStride say, at an address that is aligned to `align`.
  const MemoryLayout* decorated(uint32_t type_id, uint32_t align) {
    Around around;
    around.decorated = true;
    around.align = align;
    return get(type_id, around);
  }
  // Why the last answer was null.
  const std::string& error() const { return error_; }

 private:
  struct Around {  // where the thing lies
    bool decorated = false;
    uint32_t align = 16;
    uint64_t room = UINT64_MAX;  // bytes that nothing else uses
    uint64_t matrix_stride = 0;
    bool row_major = false;
    uint64_t vector_stride = 0;  // between components; 0: next to each other
    auto operator<=>(const Around&) const = default;
  };
  const MemoryLayout* get(uint32_t type_id, const Around& around);
  bool make(const SpirvType& type, const Around& around, MemoryLayout& out);
  bool scalar(const SpirvType& type, const Around& around, MemoryLayout& out);
  bool vector(const SpirvType& element, uint32_t count, const Around& around, MemoryLayout& out);
  bool matrix(const SpirvType& type, const Around& around, MemoryLayout& out);
  bool array(const SpirvType& type, const Around& around, MemoryLayout& out);
  bool elements(const MemoryLayout* element, uint64_t count, uint64_t stride, MemoryLayout& out);
  bool structure(const SpirvType& type, const Around& around, MemoryLayout& out);
  bool offsets(const SpirvType& type, std::vector<uint32_t>& order, MemoryLayout& out);
  bool one_after_another(MemoryLayout& out);
  bool at_offsets(const std::vector<uint32_t>& order, const Around& around, MemoryLayout& out);
  llvm::StructType* named(MemoryLayout& out, const std::vector<llvm::Type*>& types, bool packed);
  uint64_t allocated(llvm::Type* type) const { return data_.getTypeAllocSize(type); }
  bool fail(const std::string& why) {
    error_ = why;
    return false;
  }

  const SpirvModule& spirv_;
  llvm::LLVMContext& context_;
  const llvm::DataLayout& data_;
  std::string error_;
  std::deque<MemoryLayout> layouts_;
  std::map<std::tuple<uint32_t, Around>, const MemoryLayout*> known_;
};

}  // namespace tinsmith::air
