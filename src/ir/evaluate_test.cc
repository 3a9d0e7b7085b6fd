// SPDX-License-Identifier: Apache-2.0
#include "ir/evaluate.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "ir/scalar.h"

namespace tinsmith {
namespace {

struct Program {
  Module module;
  Memory memory;
  std::vector<Argument> args;

  explicit Program(std::string_view text) {
    Diagnostics diags;
    SourceFiles files;
    FileId file = files.add("test.ir", text);
    EXPECT_TRUE(parse(text, file, module, diags)) << render(diags, files);
    for (const Function& fn : module.kernels)
      for (const std::string& problem : verify(module, fn, stage(fn))) ADD_FAILURE() << problem;
  }
  static Stage stage(const Function& fn) { return fn.tasks.empty() ? Stage::Source : Stage::Tasks; }
  Result<std::vector<uint64_t>> run() {
    return evaluate(module, module.kernels.front(), memory, args);
  }
  const Field& field(uint32_t i) { return module.fields[FieldId{i}]; }
};

int64_t int_op(Op op, DType type, int64_t a, int64_t b) {
  return static_cast<int64_t>(
      apply(op, type, type, std::array{const_bits_int(type, a), const_bits_int(type, b)}));
}

TEST(Scalar, IntegersWrapAndDivideAsTheTableSays) {
  EXPECT_EQ(int_op(Op::Add, DType::I32, INT32_MAX, 1), INT32_MIN);
  EXPECT_EQ(int_op(Op::Mul, DType::U8, 200, 2), 144);
  EXPECT_EQ(int_op(Op::Div, DType::I32, -7, 2), -3);
  EXPECT_EQ(int_op(Op::Rem, DType::I32, -7, 2), -1);
  EXPECT_EQ(int_op(Op::FloorDiv, DType::I32, -7, 2), -4);
  EXPECT_EQ(int_op(Op::Mod, DType::I32, -7, 2), 1);
  EXPECT_EQ(int_op(Op::Mod, DType::I32, 7, -2), -1);
  EXPECT_EQ(int_op(Op::Div, DType::I32, INT32_MIN, -1), INT32_MIN);
  EXPECT_EQ(int_op(Op::Div, DType::I64, INT64_MIN, -1), INT64_MIN);
  EXPECT_EQ(int_op(Op::Div, DType::U32, 0xffffffff, 2), 0x7fffffff);
  EXPECT_EQ(int_op(Op::Div, DType::I32, 1, 0), 0);
  EXPECT_EQ(int_op(Op::Shr, DType::I32, -8, 1), -4);
  EXPECT_EQ(int_op(Op::Shr, DType::U32, 0x80000000, 31), 1);
  EXPECT_EQ(int_op(Op::Pow, DType::I32, -3, 3), -27);
  EXPECT_EQ(int_op(Op::Not, DType::U1, 1, 0), 0);
  EXPECT_EQ(int_op(Op::Clz, DType::U8, 1, 0), 7);
  EXPECT_EQ(int_op(Op::Clz, DType::I32, 0, 0), 32);
  EXPECT_EQ(int_op(Op::PopCount, DType::I16, -1, 0), 16);
}

double real_op(Op op, DType type, double a, double b = 0) {
  uint64_t r = apply(op, type, type, std::array{const_bits(type, a), const_bits(type, b)});
  return std::bit_cast<double>(apply(Op::Cast, type, DType::F64, {&r, 1}));
}

TEST(Scalar, RealsRoundToTheirType) {
  EXPECT_EQ(real_op(Op::Add, DType::F32, 1.0, 1e-8), 1.0);
  EXPECT_NE(real_op(Op::Add, DType::F64, 1.0, 1e-8), 1.0);
  EXPECT_EQ(real_op(Op::Add, DType::F16, 2048, 1), 2048);  // a tie: to even
  EXPECT_EQ(real_op(Op::Add, DType::F16, 2050, 1), 2052);
  EXPECT_EQ(real_op(Op::Mul, DType::F16, 300, 300), INFINITY);
  EXPECT_EQ(real_op(Op::Mod, DType::F32, -1.5, 1), 0.5);
  EXPECT_EQ(real_op(Op::Rem, DType::F32, -1.5, 1), -0.5);
  EXPECT_EQ(real_op(Op::Round, DType::F32, 2.5), 2.0);
  EXPECT_EQ(real_op(Op::Pow, DType::F64, -2, 3), -8.0);
  EXPECT_EQ(apply(Op::IPow, DType::F32, DType::F32,
                  std::array{const_bits(DType::F32, 2), const_bits_int(DType::I32, -2)}),
            const_bits(DType::F32, 0.25));
}

TEST(Scalar, HalvesReadBackToThemselves) {
  for (uint32_t h = 0; h < 0x10000; ++h) {
    auto half = static_cast<uint16_t>(h);
    float value = f16_to_float(half);
    if (std::isnan(value)) continue;
    EXPECT_EQ(f16_from_float(value), half);
  }
  EXPECT_EQ(f16_from_float(65519.0f), 0x7bff);
  EXPECT_EQ(f16_from_float(1e-8f), 0);
  EXPECT_EQ(f16_from_float(std::nextafter(0x1p-25f, 1.0f)), 1);
}

uint64_t cast(DType from, uint64_t bits, DType to) { return apply(Op::Cast, from, to, {&bits, 1}); }

TEST(Scalar, CastsTruncateWrapAndRound) {
  EXPECT_EQ(cast(DType::F32, const_bits(DType::F32, -1.9), DType::I32),
            const_bits_int(DType::I32, -1));
  EXPECT_EQ(cast(DType::I32, const_bits_int(DType::I32, 300), DType::U8), 44u);
  EXPECT_EQ(cast(DType::I32, const_bits_int(DType::I32, 16777217), DType::F32),
            const_bits(DType::F32, 16777216));
  EXPECT_EQ(cast(DType::F32, const_bits(DType::F32, 0.5), DType::U1), 1u);
  EXPECT_EQ(cast(DType::F64, const_bits(DType::F64, 1e300), DType::I32),
            const_bits_int(DType::I32, INT32_MAX));
  uint64_t huge = const_bits(DType::F32, 3e9);
  EXPECT_FALSE(is_defined(Op::Cast, DType::F32, DType::I32, {&huge, 1}));
  EXPECT_TRUE(is_defined(Op::Cast, DType::F32, DType::U32, {&huge, 1}));
}

TEST(Evaluate, SumsAFieldIntoALocal) {
  Program p(R"(
field @x: f32[3, 2] at 4
kernel @sum(scale: f32) -> f32 {
  %0:i32 = const 0 %3:i32 = const 3 %2:i32 = const 2
  %s:*f32 = var
  parallel_for %0 %3 %0 %2 { (%i:i32, %j:i32)
    %p:*f32 = field_ptr @x %i %j
    %v:f32 = load %p
    %a:f32 = arg 0
    %w:f32 = mul %v %a
    atomic_add %s %w
  }
  %r:f32 = load %s
  return 0 %r
})");
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 2; ++j) set_field_value(p.field(0), p.memory, {i, j}, 10 * i + j);
  p.args.push_back(scalar_argument(DType::F32, 0.5));
  auto result = p.run();
  ASSERT_TRUE(result) << result.failure().what;
  EXPECT_EQ(result->at(0), const_bits(DType::F32, 31.5));
}

TEST(Evaluate, FollowsBreakContinueAndYields) {
  Program p(R"(
kernel @k(n: i32) -> i32 {
  %0:i32 = const 0 %1:i32 = const 1 %n:i32 = arg 0
  %s:*i32 = var
  for %0 %n { (%i:i32)
    %odd:i32 = and %i %1
    %is_odd:u1 = cast %odd
    if %is_odd { continue }
    %limit:i32 = const 6
    %stop:u1 = gt %i %limit
    if %stop { break }
    atomic_add %s %i
  }
  while {
    %v:i32 = load %s
    %w:i32 = add %v %1
    store %s %w
    %top:i32 = const 15
    %done:u1 = ge %w %top
    if %done { break }
  }
  %v2:i32 = load %s
  %c:u1 = eq %v2 %n
  %r:i32 = if %c { yield %0 } else { yield %v2 }
  return 0 %r
})");
  p.args.push_back(scalar_argument(DType::I32, 100));
  auto result = p.run();
  ASSERT_TRUE(result) << result.failure().what;
  EXPECT_EQ(result->at(0), 15u);
}

TEST(Evaluate, RunsTasksWithBoundsInTheTemporaries) {
  Program p(R"(
field @x: i32[8] at 0
kernel @k(y: i32[?] vector 2) {
  task serial {
    %n:i32 = array_dim 0.0
    %p:*i32 = temp_ptr 8
    store %p %n
  }
  task range 1 to temp 8 group 4 threads 8 { (%i:i32)
    %1:i32 = const 1
    %q:*i32 = array_ptr 0 %i %1
    %v:i32 = load %q
    %d:*i32 = field_ptr @x %i
    store %d %v
  }
})");
  p.args.push_back(array_argument(p.module.kernels.front().params[0], {3}));
  const Param& param = p.module.kernels.front().params[0];
  for (int32_t i = 0; i < 3; ++i)
    store_scalar(DType::I32, array_element(param, p.args[0], false, {&i, 1}, 1),
                 static_cast<uint64_t>(i + 10));
  auto result = p.run();
  ASSERT_TRUE(result) << result.failure().what;
  EXPECT_EQ(field_value(p.field(0), p.memory, {0}), 0);
  EXPECT_EQ(field_value(p.field(0), p.memory, {1}), 11);
  EXPECT_EQ(field_value(p.field(0), p.memory, {2}), 12);
  EXPECT_EQ(field_value(p.field(0), p.memory, {3}), 0);
}

TEST(Evaluate, StopsAtAnIndexOutOfBounds) {
  Program p(R"(
field @x: i32[4] at 0
kernel @k { %i:i32 = const 4 %p:*i32 = field_ptr @x %i %v:i32 = load %p })");
  auto result = p.run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.failure().what, "kernel @k: load: field_ptr @x 4 is out of bounds");
}

TEST(Evaluate, StopsWhenALoopDoesNotEnd) {
  Program p("kernel @k { while { } }");
  auto result = evaluate(p.module, p.module.kernels.front(), p.memory, {}, {.steps = 1000});
  EXPECT_FALSE(result);
}

TEST(Evaluate, AddressesNestedFieldsByTheirTerms) {
  Program p(R"(
field @x: i32[8] vector 2 at 4 terms (axis 0 div 4 mod 2 stride 32, axis 0 div 1 mod 4 stride 4) components (0, 16)
kernel @k {
  %i:i32 = const 6 %c:i32 = const 1
  %p:*i32 = field_ptr @x %i %c
  store %p %i
})");
  ASSERT_TRUE(p.run());
  EXPECT_EQ(p.memory.trees[0].at(4 + 32 + 2 * 4 + 16), std::byte{6});
}

TEST(Evaluate, DrawsOtherNumbersEachLaunch) {
  Program p("kernel @k -> u32 { %r:u32 = random return 0 %r }");
  auto first = p.run();
  auto second = p.run();
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->at(0), second->at(0));
  Program again("kernel @k -> u32 { %r:u32 = random return 0 %r }");
  EXPECT_EQ(again.run()->at(0), first->at(0));
}

}  // namespace
}  // namespace tinsmith
