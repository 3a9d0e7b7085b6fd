// SPDX-License-Identifier: Apache-2.0
// The scalar types of Taichi. The numbers are those of PrimitiveTypeID in metadata.json and of
// TiDataType.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace tinsmith {

enum class DType : uint8_t { F16, F32, F64, I8, I16, I32, I64, U1, U8, U16, U32, U64 };

// "f16" … "u64".
std::string_view name(DType type);
std::optional<DType> dtype_from_name(std::string_view name);

constexpr bool is_real(DType t) { return t <= DType::F64; }
constexpr bool is_integral(DType t) { return t > DType::F64; }  // u1 included
constexpr bool is_signed(DType t) { return t <= DType::I64; }   // reals included
// Width of the value; u1 is 1.
uint32_t bits(DType type);
// Bytes in a field, ndarray or argument block; u1 takes 4 there.
uint32_t bytes(DType type);

}  // namespace tinsmith
