// SPDX-License-Identifier: Apache-2.0
// The generator of genuine Taichi on GPUs (facts §1.11): Marsaglia's xorshift of 128 bits, one
// state an invocation, seeded from the invocation's number and a word among the global temporaries
// that every task increments.
#include "spirv/emitter.h"

namespace tinsmith::spirv {

namespace {

constexpr uint32_t kSeedIndex = 1024;  // byte 4096
constexpr uint32_t kScale = 1000000007;

}  // namespace

void Emitter::seed_random() {
  Word u32 = type_word(32);
  auto times = [&](Word a, uint32_t b) {
    return asm_.pure(spv::Op::OpIMul, u32, {a, asm_.u32(b)});
  };
  auto plus = [&](Word a, uint32_t b) { return asm_.pure(spv::Op::OpIAdd, u32, {a, asm_.u32(b)}); };
  Address seed;
  seed.dtype = DType::U32;
  seed.buffer = temporaries();
  seed.index = asm_.u32(kSeedIndex);
  Word word = load(seed);
  store(seed, plus(word, 1));

  Word thread = times(plus(global_id(), 7654321), kScale * 123456789u);
  Word launch = plus(times(word, 9723451), 1234567);
  const Word start[] = {asm_.pure(spv::Op::OpIMul, u32, {thread, launch}), asm_.u32(362436069),
                        asm_.u32(521288629), asm_.u32(88675123)};
  for (size_t i = 0; i < 4; ++i) {
    random_[i] = asm_.local_variable(u32);
    asm_.emit(spv::Op::OpStore, {random_[i], start[i]});
  }
}

Word Emitter::next_random() {
  Word u32 = type_word(32);
  Word state[4];
  for (size_t i = 0; i < 4; ++i) state[i] = asm_.value(spv::Op::OpLoad, u32, {random_[i]});
  auto stir = [&](Word a, spv::Op shift, uint32_t by) {
    return asm_.pure(spv::Op::OpBitwiseXor, u32, {a, asm_.pure(shift, u32, {a, asm_.u32(by)})});
  };
  Word t = stir(state[0], spv::Op::OpShiftLeftLogical, 11);
  Word w = asm_.pure(
      spv::Op::OpBitwiseXor, u32,
      {stir(state[3], spv::Op::OpShiftRightLogical, 19), stir(t, spv::Op::OpShiftRightLogical, 8)});
  const Word moved[] = {state[1], state[2], state[3], w};
  for (size_t i = 0; i < 4; ++i) asm_.emit(spv::Op::OpStore, {random_[i], moved[i]});
  return asm_.pure(spv::Op::OpIMul, u32, {w, asm_.u32(kScale)});
}

Word Emitter::next_random64() {
  Word u64 = type_word(64);
  Word high = asm_.pure(spv::Op::OpUConvert, u64, {next_random()});
  Word low = asm_.pure(spv::Op::OpUConvert, u64, {next_random()});
  high = asm_.pure(spv::Op::OpShiftLeftLogical, u64, {high, asm_.u32(32)});
  return asm_.pure(spv::Op::OpBitwiseOr, u64, {high, low});
}

Word Emitter::random(DType dtype) {
  if (dtype == DType::F64) {
    Word top =
        asm_.pure(spv::Op::OpShiftRightLogical, type_word(64), {next_random64(), asm_.u32(11)});
    Word real = cast(top, DType::U64, DType::F64);
    return asm_.pure(spv::Op::OpFMul, type(dtype), {real, number(dtype, 0x1p-53)});
  }
  if (is_real(dtype)) {
    // Rounding may reach 1, which is not in the range; genuine Taichi returns it.
    Word real =
        asm_.pure(spv::Op::OpFMul, type(DType::F32),
                  {cast(next_random(), DType::U32, DType::F32), number(DType::F32, 0x1p-32)});
    double below_one = dtype == DType::F16 ? 1 - 0x1p-11 : 1 - 0x1p-24;
    Word bounded = minmax(Op::Min, DType::F32, real, number(DType::F32, below_one));
    return cast(bounded, DType::F32, dtype);
  }
  if (dtype == DType::U1) {
    Word bit = asm_.pure(spv::Op::OpBitwiseAnd, type_word(32), {next_random(), asm_.u32(1)});
    return cast(bit, DType::U32, DType::U1);
  }
  if (bits(dtype) == 64) return cast(next_random64(), DType::U64, dtype);
  return cast(next_random(), DType::U32, dtype);
}

}  // namespace tinsmith::spirv
