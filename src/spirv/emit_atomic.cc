// SPDX-License-Identifier: Apache-2.0
// Atomics. On locals: plain arithmetic, since no other invocation sees them. Integers in memory:
// SPIR-V's own, where it has the operation. All others, every operation on reals among them,
// exchange the word until nobody came between; a scalar of 8 or 16 bits inside of the 32-bit word
// that holds it.
#include "spirv/emitter.h"
#include "support/check.h"

namespace tinsmith::spirv {

namespace {

constexpr uint32_t kDeviceScope = 1, kRelaxed = 0;

// The arithmetic that an atomic does, and SPIR-V's own atomics for signed and unsigned integers.
struct Atomic {
  Op op, plain;
  spv::Op with_sign, without_sign;
};
constexpr spv::Op kNone = spv::Op::OpNop;
constexpr Atomic kAtomics[] = {
    {Op::AtomicAdd, Op::Add, spv::Op::OpAtomicIAdd, spv::Op::OpAtomicIAdd},
    {Op::AtomicMul, Op::Mul, kNone, kNone},
    {Op::AtomicMin, Op::Min, spv::Op::OpAtomicSMin, spv::Op::OpAtomicUMin},
    {Op::AtomicMax, Op::Max, spv::Op::OpAtomicSMax, spv::Op::OpAtomicUMax},
    {Op::AtomicAnd, Op::And, spv::Op::OpAtomicAnd, spv::Op::OpAtomicAnd},
    {Op::AtomicOr, Op::Or, spv::Op::OpAtomicOr, spv::Op::OpAtomicOr},
    {Op::AtomicXor, Op::Xor, spv::Op::OpAtomicXor, spv::Op::OpAtomicXor},
};

const Atomic& look_up(Op op) {
  for (const Atomic& atomic : kAtomics)
    if (atomic.op == op) return atomic;
  TS_UNREACHABLE("not an atomic");
}

spv::Op native(Op op, DType dtype) {
  if (is_real(dtype) || bytes(dtype) < 4) return kNone;
  const Atomic& atomic = look_up(op);
  return is_signed(dtype) ? atomic.with_sign : atomic.without_sign;
}

}  // namespace

void Emitter::atomic(const Inst& inst) {
  Address at = addresses_.get(inst.operands[0]);
  if (const Reduction* reduction = reduction_at(*fn_.def(inst.operands[0]))) {
    at.is_local = true;
    at.local = reduction->local;
  }
  Word value = operand(inst, 1), old = 0;
  if (at.is_local) {
    old = load(at);
    store(at, binary(look_up(inst.op).plain, at.dtype, old, value));
  } else {
    old = memory_atomic(inst.op, at, value, !inst.results.empty());
  }
  if (!inst.results.empty()) values_[inst.results[0]] = old;
}

// The old value, where that is wanted.
Word Emitter::memory_atomic(Op op, const Address& at, Word value, bool wants_old) {
  if (at.unit != bytes(at.dtype))
    return unsupported(std::string(info(op).text) + " on a " + std::string(name(at.dtype)) +
                           " field that is not aligned to its size (fields lie in order of their "
                           "sizes: pad the smaller ones to whole words)",
                       type(at.dtype));
  spv::Op own = native(op, at.dtype);
  if (own == kNone) return exchange_loop(op, at, value, wants_old);
  uint32_t width = 8 * at.unit;
  if (width == 64) asm_.capability(spv::Capability::Int64Atomics);
  Word pointer = word_pointer(at.buffer, width, at.index);
  Word word =
      asm_.value(own, type_word(width),
                 {pointer, asm_.u32(kDeviceScope), asm_.u32(kRelaxed), to_word(value, at.dtype)});
  return wants_old ? from_word(word, at.dtype) : 0;
}

// expected = *p; for (;;) { seen = compare_exchange(p, expected, f(expected)); if (seen ==
// expected) break; expected = seen; }
Word Emitter::exchange_loop(Op op, const Address& at, Word value, bool wants_old) {
  bool narrow = at.unit < 4;
  uint32_t width = narrow ? 32 : 8 * at.unit;
  if (width == 64) asm_.capability(spv::Capability::Int64Atomics);
  Word word = type_word(width), u32 = type_word(32);
  Word index = at.index, shift = 0;
  if (narrow) {
    uint32_t per_word = 4 / at.unit;
    Word within = asm_.pure(spv::Op::OpBitwiseAnd, u32, {index, asm_.u32(per_word - 1)});
    shift = asm_.pure(spv::Op::OpIMul, u32, {within, asm_.u32(8 * at.unit)});
    index = asm_.pure(spv::Op::OpShiftRightLogical, u32, {index, asm_.u32(at.unit == 1 ? 2 : 1)});
  }
  auto extract = [&](Word from) {
    if (!narrow) return from_word(from, at.dtype);
    Word low = asm_.pure(spv::Op::OpShiftRightLogical, u32, {from, shift});
    return from_word(asm_.pure(spv::Op::OpUConvert, type_word(8 * at.unit), {low}), at.dtype);
  };
  auto insert = [&](Word into, Word scalar) {
    Word bits = to_word(scalar, at.dtype);
    if (!narrow) return bits;
    Word mask =
        asm_.pure(spv::Op::OpShiftLeftLogical, u32, {asm_.u32((1u << 8 * at.unit) - 1), shift});
    Word rest =
        asm_.pure(spv::Op::OpBitwiseAnd, u32, {into, asm_.pure(spv::Op::OpNot, u32, {mask})});
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
  Word combined = binary(look_up(op).plain, at.dtype, extract(expected), value);
  Word wanted = insert(expected, combined);
  asm_.emit(spv::Op::OpAtomicCompareExchange,
            {word, seen, pointer, asm_.u32(kDeviceScope), asm_.u32(kRelaxed), asm_.u32(kRelaxed),
             wanted, expected});
  Word done = asm_.pure(spv::Op::OpIEqual, asm_.type_bool(), {seen, expected});
  asm_.emit(spv::Op::OpBranchConditional, {done, merge, next});
  asm_.close_scope();
  asm_.label(next);
  asm_.branch(header);
  asm_.label(merge);
  return wants_old ? extract(expected) : 0;
}

}  // namespace tinsmith::spirv
