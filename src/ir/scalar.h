// SPDX-License-Identifier: Apache-2.0
// The pure operations of op.def on literal values: what constant folding and the interpreter
// compute. Values are bits as in `Inst::imm` (const_bits); f16 values are kept rounded to f16.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "ir/ir.h"

namespace tinsmith {

// Arithmetic, unary, comparison, choice or conversion.
constexpr bool is_scalar_op(Op op) { return op >= Op::Add && op <= Op::BitCast; }

// The value of `op` on `operands` of type `type`, as a `result`; of select, `type` is that of the
// choices. Every rounding is to the type. Where op.def leaves the value open (division of an
// integer by zero, casts out of range, shifts by the width) it is some value, without a trap; see
// `is_defined`.
uint64_t apply(Op op, DType type, DType result, std::span<const uint64_t> operands);

// Whether op.def says what `apply` gives for these operands.
bool is_defined(Op op, DType type, DType result, std::span<const uint64_t> operands);

// As they lie in a field, an ndarray or a local: bytes(type) bytes, u1 as a 32-bit word.
uint64_t load_scalar(DType type, const std::byte* at);
void store_scalar(DType type, std::byte* at, uint64_t value);

uint16_t f16_from_float(float value);  // nearest, ties to even
float f16_to_float(uint16_t half);

}  // namespace tinsmith
