// SPDX-License-Identifier: Apache-2.0
// Types, literals and conversions.
#include <bit>

#include "spirv/emitter.h"

namespace tinsmith::spirv {

namespace {

// The bits of the half nearest to `value`, ties to even.
uint32_t half_bits(float value) {
  uint32_t word = std::bit_cast<uint32_t>(value);
  uint32_t sign = word >> 16 & 0x8000, magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;  // not a number
  if (magnitude >= 0x477ff000) return sign | 0x7c00;  // rounds beyond the largest half
  if (magnitude < 0x33000001) return sign;            // at most half of the smallest
  uint32_t shift = 13, exponent = magnitude >> 23;
  uint32_t mantissa = (magnitude & 0x7fffff) | 0x800000;
  uint32_t base = 0;
  if (exponent < 113) {
    shift += 113 - exponent;  // subnormal half
  } else {
    base = (exponent - 113) << 10;  // the leading one of the mantissa adds the missing 1
  }
  uint32_t kept = mantissa >> shift, rest = mantissa & ((1u << shift) - 1), tie = 1u << (shift - 1);
  if (rest > tie || (rest == tie && (kept & 1))) ++kept;
  return sign | (base + kept);
}

}  // namespace

Word Emitter::type(DType dtype) {
  if (dtype == DType::U1) return asm_.type_bool();
  return is_real(dtype) ? asm_.type_float(bits(dtype))
                        : asm_.type_int(bits(dtype), is_signed(dtype));
}

Word Emitter::literal(DType dtype, uint64_t imm) {
  if (dtype == DType::U1) return asm_.constant_bool(imm != 0);
  if (dtype == DType::F16)
    imm = half_bits(std::bit_cast<float>(static_cast<uint32_t>(imm)));
  return asm_.constant(type(dtype), imm, bits(dtype));
}

Word Emitter::cast(Word a, DType from, DType to) {
  if (from == to) return a;
  if (from == DType::U1) return select(a, type(to), number(to, 1), number(to, 0));
  if (to == DType::U1) return compare(Op::Ne, from, a, number(from, 0));
  bool real_from = is_real(from), real_to = is_real(to);
  if (real_from && real_to) return asm_.pure(spv::Op::OpFConvert, type(to), {a});
  if (real_from)
    return asm_.pure(is_signed(to) ? spv::Op::OpConvertFToS : spv::Op::OpConvertFToU, type(to),
                     {a});
  if (real_to)
    return asm_.pure(is_signed(from) ? spv::Op::OpConvertSToF : spv::Op::OpConvertUToF, type(to),
                     {a});
  return cast_integer(a, from, to);
}

// Wraps to the target's width; the source's sign says how the upper bits are filled.
Word Emitter::cast_integer(Word a, DType from, DType to) {
  if (bits(from) == bits(to)) return bit_cast(a, type(to));
  if (is_signed(from)) {
    Word wide = asm_.pure(spv::Op::OpSConvert, asm_.type_int(bits(to), true), {a});
    return is_signed(to) ? wide : bit_cast(wide, type(to));
  }
  Word wide = asm_.pure(spv::Op::OpUConvert, type_word(bits(to)), {a});
  return is_signed(to) ? bit_cast(wide, type(to)) : wide;
}

}  // namespace tinsmith::spirv
