// SPDX-License-Identifier: Apache-2.0
// Atomics. On locals: plain arithmetic, since no other invocation sees them. Integers in memory: SPIR-V's own, where it has
// the operation. All others, every operation on reals among them, exchange the word until nobody came between; a scalar
// of 8 or 16 bits inside of the 32-bit word that holds it.
#include "spirv/emitter.h"
#include "support/check.h"

namespace tinsmith::spirv {

namespace {

constexpr uint32_t kDeviceScope = 1, kRelaxed = 0;

Op plain(Op atomic) {
  switch (atomic) {
    case Op::AtomicAdd: return Op::Add;
    case Op::AtomicMul: return Op::Mul;
    case Op::AtomicMin: return Op::Min;
    case Op::AtomicMax: return Op::Max;
    case Op::AtomicAnd: return Op::And;
    case Op::AtomicOr: return Op::Or;
    case Op::AtomicXor: return Op::Xor;
    default: TS_UNREACHABLE("not an atomic");
  }
}

}  // namespace

void Emitter::atomic(const Inst& inst) {
  const Address at = addresses_.get(inst.operands[0]);
  Word value = operand(inst, 1), old = 0;
  if (at.is_local) {
    old = load(at);
    store(at, binary(plain(inst.op), at.dtype, old, value));
  } else if (at.unit != bytes(at.dtype)) {
    old = unsupported(std::string(info(inst.op).text) + " on a " + std::string(name(at.dtype)) +
                          " field that is not aligned to its size (declare it before smaller ones)",
                      type(at.dtype));
  } else if (std::optional<spv::Op> op = native_atomic(inst.op, at.dtype)) {
    uint32_t width = 8 * at.unit;
    Word pointer = word_pointer(at.buffer, width, at.index);
    Word word = asm_.value(*op, type_word(width),
                           {pointer, asm_.u32(kDeviceScope), asm_.u32(kRelaxed),
                            to_word(value, at.dtype)});
    old = inst.results.empty() ? 0 : from_word(word, at.dtype);
  } else {
    old = exchange_loop(inst, at);
  }
  if (!inst.results.empty()) values_[inst.results[0]] = old;
}

std::optional<spv::Op> Emitter::native_atomic(Op op, DType dtype) {
  if (is_real(dtype) || bytes(dtype) < 4) return std::nullopt;
  if (bytes(dtype) == 8) asm_.capability(spv::Capability::Int64Atomics);
  bool is_signed_type = is_signed(dtype);
  switch (op) {
    case Op::AtomicAdd: return spv::Op::OpAtomicIAdd;
    case Op::AtomicMin: return is_signed_type ? spv::Op::OpAtomicSMin : spv::Op::OpAtomicUMin;
    case Op::AtomicMax: return is_signed_type ? spv::Op::OpAtomicSMax : spv::Op::OpAtomicUMax;
    case Op::AtomicAnd: return spv::Op::OpAtomicAnd;
    case Op::AtomicOr: return spv::Op::OpAtomicOr;
    case Op::AtomicXor: return spv::Op::OpAtomicXor;
    default: return std::nullopt;
  }
}

// expected = *p; for (;;) { seen = compare_exchange(p, expected, f(expected)); if (seen == expected) break; expected = seen; }
Word Emitter::exchange_loop(const Inst& inst, const Address& at) {
  bool narrow = at.unit < 4;
  uint32_t width = narrow ? 32 : 8 * at.unit;
  if (width == 64) asm_.capability(spv::Capability::Int64Atomics);
  Word word = type_word(width), u32 = type_word(32);
  Word index = at.index, shift = 0;
  if (narrow) {
    uint32_t per_word = 4 / at.unit;
    Word within = asm_.pure(spv::Op::OpBitwiseAnd, u32, {index, asm_.u32(per_word - 1)});
    shift = asm_.pure(spv::Op::OpIMul, u32, {within, asm_.u32(8 * at.unit)});
    index = asm_.pure(spv::Op::OpShiftRightLogical, u32,
                      {index, asm_.u32(at.unit == 1 ? 2 : 1)});
  }
  auto extract = [&](Word from) {
    if (!narrow) return from_word(from, at.dtype);
    Word low = asm_.pure(spv::Op::OpShiftRightLogical, u32, {from, shift});
    return from_word(asm_.pure(spv::Op::OpUConvert, type_word(8 * at.unit), {low}), at.dtype);
  };
  auto insert = [&](Word into, Word value) {
    Word bits = to_word(value, at.dtype);
    if (!narrow) return bits;
    Word mask = asm_.pure(spv::Op::OpShiftLeftLogical, u32,
                          {asm_.u32((1u << 8 * at.unit) - 1), shift});
    Word rest = asm_.pure(spv::Op::OpBitwiseAnd, u32,
                          {into, asm_.pure(spv::Op::OpNot, u32, {mask})});
    Word wide = asm_.pure(spv::Op::OpUConvert, u32, {bits});
    return asm_.pure(spv::Op::OpBitwiseOr, u32,
                     {rest, asm_.pure(spv::Op::OpShiftLeftLogical, u32, {wide, shift})});
  };

  Word pointer = word_pointer(at.buffer, width, index);
  Word first = asm_.value(spv::Op::OpLoad, word, {pointer});
  Word before = asm_.current_block();
  Word header = asm_.new_id(), body = asm_.new_id(), next = asm_.new_id(), merge = asm_.new_id(),
       expected = asm_.new_id(), seen = asm_.new_id();
  asm_.branch(header);
  asm_.label(header);
  asm_.emit(spv::Op::OpPhi, {word, expected, first, before, seen, next});
  asm_.emit(spv::Op::OpLoopMerge, {merge, next, 0});
  asm_.branch(body);
  asm_.label(body);
  asm_.open_scope();
  Word wanted = insert(expected, combined(inst.op, at.dtype, extract(expected), operand(inst, 1)));
  asm_.emit(spv::Op::OpAtomicCompareExchange,
            {word, seen, pointer, asm_.u32(kDeviceScope), asm_.u32(kRelaxed), asm_.u32(kRelaxed),
             wanted, expected});
  Word done = asm_.pure(spv::Op::OpIEqual, asm_.type_bool(), {seen, expected});
  asm_.emit(spv::Op::OpBranchConditional, {done, merge, next});
  asm_.close_scope();
  asm_.label(next);
  asm_.branch(header);
  asm_.label(merge);
  return inst.results.empty() ? 0 : extract(expected);
}

Word Emitter::combined(Op atomic, DType dtype, Word old, Word value) {
  return binary(plain(atomic), dtype, old, value);
}

}  // namespace tinsmith::spirv
