// SPDX-License-Identifier: Apache-2.0
// Types, literals and conversions.
#include <bit>

#include "ir/scalar.h"
#include "spirv/emitter.h"

namespace tinsmith::spirv {

Word Emitter::type(DType dtype) {
  if (dtype == DType::U1) return asm_.type_bool();
  return is_real(dtype) ? asm_.type_float(bits(dtype))
                        : asm_.type_int(bits(dtype), is_signed(dtype));
}

Word Emitter::literal(DType dtype, uint64_t imm) {
  if (dtype == DType::U1) return asm_.constant_bool(imm != 0);
  if (dtype == DType::F16) imm = f16_from_float(std::bit_cast<float>(static_cast<uint32_t>(imm)));
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
