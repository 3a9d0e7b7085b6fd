// SPDX-License-Identifier: Apache-2.0
// What has no counterpart in Metal is an error that names the instruction and says why; what the
// CPU can do all the same is done in the host's dialect.
#include <gtest/gtest.h>

#include <functional>

#include "shader.h"

namespace tinsmith::differential {
namespace {

using spv::Op;

constexpr Kind kU32 = {'u', 32, 1}, kS32 = {'s', 32, 1}, kU64 = {'u', 64, 1}, kF32 = {'f', 32, 1};

std::string refused(const std::function<void(Shader&)>& body, const air::Options& options) {
  Shader shader(2, 2);
  body(shader);
  return refusal(shader.finish(), options);
}

void expect_refused(const std::function<void(Shader&)>& body, const std::string& instruction,
                    const std::string& why) {
  const std::string text = refused(body, phone_options());
  EXPECT_NE(text.find(instruction), std::string::npos) << text;
  EXPECT_NE(text.find(why), std::string::npos) << text;
}

TEST(ShaderRefused, MemoryOrderOfAtomicsOnThePhoneOnly) {
  const auto acquire = [](Shader& s) {
    const Word word = s.output_word(s.asm_.u32(0));
    s.asm_.value(Op::OpAtomicLoad, s.type(kU32), {word, s.asm_.u32(1), s.asm_.u32(0x42)});
  };
  expect_refused(acquire, "OpAtomicLoad", "no memory order");
  EXPECT_EQ(refused(acquire, host_options()), "");
}

TEST(ShaderRefused, AtomicsOfMemoryOfTheThreadItself) {
  const auto local = [](Shader& s) {
    const Word variable = s.asm_.local_variable(s.type(kU32));
    s.asm_.value(Op::OpAtomicIAdd, s.type(kU32),
                 {variable, s.asm_.u32(1), s.asm_.u32(0), s.asm_.u32(1)});
  };
  expect_refused(local, "OpAtomicIAdd", "buffer or of the workgroup");
}

TEST(ShaderRefused, ScansThatMetalHasNot) {
  const auto scan = [](Shader& s) {
    s.asm_.value(
        Op::OpGroupNonUniformSMin, s.type(kS32),
        {s.asm_.u32(3), static_cast<Word>(spv::GroupOperation::InclusiveScan), s.read(kS32, 0)});
  };
  expect_refused(scan, "OpGroupNonUniformSMin", "scans of sums and products only");
}

TEST(ShaderRefused, LongReductions) {
  const auto sum = [](Shader& s) {
    s.asm_.value(Op::OpGroupNonUniformIAdd, s.type(kU64), {s.asm_.u32(3), 0, s.read(kU64, 0)});
  };
  expect_refused(sum, "OpGroupNonUniformIAdd", "no 64-bit reductions");
}

TEST(ShaderRefused, GroupsOtherThanTheSubgroup) {
  const auto all = [](Shader& s) {
    s.asm_.value(Op::OpGroupNonUniformFAdd, s.type(kF32), {s.asm_.u32(2), 0, s.read(kF32, 0)});
  };
  expect_refused(all, "OpGroupNonUniformFAdd", "Subgroup only");
}

TEST(ShaderRefused, BarriersOfTheWholeDevice) {
  const auto barrier = [](Shader& s) {
    s.asm_.emit(Op::OpControlBarrier, {s.asm_.u32(1), s.asm_.u32(1), s.asm_.u32(0)});
  };
  expect_refused(barrier, "OpControlBarrier", "of the workgroup and of the subgroup only");
}

// No validator has seen such modules, and nothing must break.
TEST(ShaderRefused, OperandsOfTheWrongKind) {
  const auto shift = [](Shader& s) {
    const Word x = s.read(kF32, 0);
    s.asm_.value(Op::OpShiftLeftLogical, s.type(kF32), {x, s.asm_.u32(1)});
  };
  expect_refused(shift, "OpShiftLeftLogical", "needs integers");
  const auto count = [](Shader& s) {
    const Word pointer = s.output_float(s.asm_.u32(0));
    s.asm_.value(Op::OpAtomicIIncrement, s.type(kF32), {pointer, s.asm_.u32(1), s.asm_.u32(0)});
  };
  expect_refused(count, "OpAtomicIIncrement", "needs integers");
  const auto add = [](Shader& s) {
    s.asm_.value(Op::OpFAdd, s.type(kU32), {s.asm_.u32(1), s.asm_.u32(2)});
  };
  expect_refused(add, "OpFAdd", "floating point");
}

TEST(ShaderRefused, WhatOnlyFragmentsHave) {
  const auto derivative = [](Shader& s) {
    s.asm_.value(Op::OpFwidth, s.type(kF32), {s.read(kF32, 0)});
  };
  expect_refused(derivative, "OpFwidth", "not supported");
  const auto centroid = [](Shader& s) { s.glsl(76, kF32, {s.read(kF32, 0)}); };
  expect_refused(centroid, "OpExtInst", "number 76 of GLSL.std.450");
}

}  // namespace
}  // namespace tinsmith::differential
