// SPDX-License-Identifier: Apache-2.0
// Kernels whose threads wait for each other: barriers, operations of simdgroups, matrices.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "air/air.h"
#include "cpu/cpu.h"
#include "cpu/kernel_text.h"

namespace tinsmith::cpu {
namespace {

std::shared_ptr<const Code> compiled(const KernelText& kernel, const Options& options = {}) {
  auto air = air::assemble(kernel.text(), "k");
  EXPECT_TRUE(air) << (air ? "" : air.failure().what);
  if (!air) return nullptr;
  auto code = compile({.air = *air, .entry = "k"}, options);
  EXPECT_TRUE(code) << (code ? "" : code.failure().what);
  return code ? *code : nullptr;
}

const char* const kBarrier = "declare void @air.wg.barrier(i32, i32) convergent\n";

// Sums of 256 numbers by a tree in threadgroup memory, a barrier in its loop.
KernelText tree_sum() {
  KernelText kernel;
  kernel.globals =
      std::string(kBarrier) + "@tile = internal addrspace(3) global [256 x float] undef, align 4\n";
  kernel.buffer("float", false).buffer("float", true);
  kernel.built_in("thread_position_in_grid", "i32");
  kernel.built_in("thread_position_in_threadgroup", "i32");
  kernel.built_in("threadgroup_position_in_grid", "i32");
  kernel.built_in("threads_per_threadgroup", "i32");
  kernel.body =
      "start:\n"
      "%pi = getelementptr float, float addrspace(1)* %a0, i32 %a2\n"
      "%v = load float, float addrspace(1)* %pi\n"
      "%pt = getelementptr [256 x float], [256 x float] addrspace(3)* @tile, i32 0, i32 %a3\n"
      "store float %v, float addrspace(3)* %pt\n"
      "call void @air.wg.barrier(i32 2, i32 1)\nbr label %loop\n"
      "loop:\n%s = phi i32 [ 128, %start ], [ %half, %next ]\n"
      "%o = add i32 %a3, %s\n%in = icmp ult i32 %o, %a5\n%low = icmp ult i32 %a3, %s\n"
      "%c = and i1 %in, %low\nbr i1 %c, label %then, label %next\n"
      "then:\n"
      "%po = getelementptr [256 x float], [256 x float] addrspace(3)* @tile, i32 0, i32 %o\n"
      "%a = load float, float addrspace(3)* %po\n%b = load float, float addrspace(3)* %pt\n"
      "%sum = fadd float %a, %b\nstore float %sum, float addrspace(3)* %pt\nbr label %next\n"
      "next:\ncall void @air.wg.barrier(i32 2, i32 1)\n%half = lshr i32 %s, 1\n"
      "%more = icmp ne i32 %half, 0\nbr i1 %more, label %loop, label %done\n"
      "done:\n%first = icmp eq i32 %a3, 0\nbr i1 %first, label %write, label %end\n"
      "write:\n%r = load float, float addrspace(3)* getelementptr ([256 x float], "
      "[256 x float] addrspace(3)* @tile, i32 0, i32 0)\n"
      "%pw = getelementptr float, float addrspace(1)* %a1, i32 %a4\n"
      "store float %r, float addrspace(1)* %pw\nbr label %end\n"
      "end:\nret void\n";
  return kernel;
}

TEST(Group, BarriersInALoopOrderThreadgroupMemory) {
  auto code = compiled(tree_sum());
  ASSERT_NE(code, nullptr);
  // The last group has 100 threads only.
  const uint32_t threads = 5 * 256 + 100;
  std::vector<float> in(threads), out(6), expected(6);
  for (uint32_t i = 0; i < threads; ++i) {
    in[i] = static_cast<float>(i % 7);
    expected[i / 256] += in[i];
  }
  void* buffers[] = {in.data(), out.data()};
  for (uint32_t parts : {1u, 4u}) {
    std::fill(out.begin(), out.end(), 0.0f);
    for (uint32_t part = 0; part < parts; ++part) {
      auto ran = code->run_part({buffers, {threads, 1, 1}, {256, 1, 1}}, part, parts);
      ASSERT_TRUE(ran) << ran.failure().what;
    }
    EXPECT_EQ(out, expected);
  }
}

// out[i] = operation(in[i]) over a group of one partial simdgroup.
std::vector<uint32_t> among_lanes(const std::string& call, const std::string& declaration,
                                  const std::vector<uint32_t>& in, const std::string& before = "") {
  KernelText kernel;
  kernel.globals = declaration + "\n";
  kernel.buffer("i32", false).buffer("i32", true).built_in("thread_position_in_grid", "i32");
  kernel.body =
      "%pi = getelementptr i32, i32 addrspace(1)* %a0, i32 %a2\n"
      "%v = load i32, i32 addrspace(1)* %pi\n%f = bitcast i32 %v to float\n"
      "%l = trunc i32 %a2 to i16\n" +
      before + call +
      "%po = getelementptr i32, i32 addrspace(1)* %a1, i32 %a2\n"
      "store i32 %r, i32 addrspace(1)* %po\nret void\n";
  auto code = compiled(kernel);
  std::vector<uint32_t> out(in.size());
  if (code == nullptr) return out;
  auto source = in;
  void* buffers[] = {source.data(), out.data()};
  auto count = static_cast<uint32_t>(in.size());
  auto ran = code->run({buffers, {count, 1, 1}, {64, 1, 1}});
  EXPECT_TRUE(ran) << (ran ? "" : ran.failure().what);
  return out;
}

std::vector<uint32_t> counted(uint32_t count) {
  std::vector<uint32_t> out(count);
  std::iota(out.begin(), out.end(), 0u);
  return out;
}

std::vector<uint32_t> unary(const std::string& name, const std::vector<uint32_t>& in) {
  return among_lanes("%r = call i32 @" + name + "(i32 %v)\n", "declare i32 @" + name + "(i32)", in);
}

template <class Value>
std::vector<uint32_t> mapped(uint32_t count, Value value) {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i < count; ++i) out.push_back(value(i));
  return out;
}

TEST(Group, ReductionsAreOfEachSimdgroupAndLeaveOutMissingLanes) {
  // 64 + 40 threads: the second group has a whole simdgroup and one of 8 lanes.
  auto in = counted(104);
  auto sum_of = [](uint32_t i) {
    uint32_t first = i / 32 * 32, end = std::min(first + 32, 104u), sum = 0;
    for (uint32_t k = first; k < end; ++k) sum += k;
    return sum;
  };
  EXPECT_EQ(unary("air.simd_sum.u.i32", in), mapped(104, sum_of));
  EXPECT_EQ(unary("air.simd_min.u.i32", in), mapped(104, [](uint32_t i) { return i / 32 * 32; }));
  EXPECT_EQ(unary("air.simd_max.s.i32", in),
            mapped(104, [](uint32_t i) { return std::min(i / 32 * 32 + 31, 103u); }));
  EXPECT_EQ(unary("air.quad_sum.s.i32", in),
            mapped(104, [](uint32_t i) { return 4 * (i / 4 * 4) + 6; }));
}

TEST(Group, SignednessDecidesMinimum) {
  std::vector<uint32_t> in = {1, 0xffffffff, 5};
  EXPECT_EQ(unary("air.simd_min.s.i32", in), std::vector<uint32_t>(3, 0xffffffff));
  EXPECT_EQ(unary("air.simd_min.u.i32", in), std::vector<uint32_t>(3, 1));
}

TEST(Group, PrefixSumsIncludeTheLaneOrNot) {
  auto in = counted(40);
  auto below = [](uint32_t i) {
    uint32_t sum = 0;
    for (uint32_t k = i / 32 * 32; k < i; ++k) sum += k;
    return sum;
  };
  EXPECT_EQ(unary("air.simd_prefix_exclusive_sum.u.i32", in), mapped(40, below));
  EXPECT_EQ(unary("air.simd_prefix_inclusive_sum.u.i32", in),
            mapped(40, [&](uint32_t i) { return below(i) + i; }));
}

TEST(Group, ShufflesFetchFromOtherLanes) {
  auto in = counted(32);
  auto shuffled = [&](const std::string& name, const std::string& by) {
    return among_lanes("%r = call i32 @" + name + "(i32 %v, i16 " + by + ")\n",
                       "declare i32 @" + name + "(i32, i16)", in);
  };
  EXPECT_EQ(shuffled("air.simd_shuffle_up.u.i32", "3"),
            mapped(32, [](uint32_t i) { return i < 3 ? i : i - 3; }));
  EXPECT_EQ(shuffled("air.simd_shuffle_down.u.i32", "3"),
            mapped(32, [](uint32_t i) { return i > 28 ? i : i + 3; }));
  EXPECT_EQ(shuffled("air.simd_shuffle_xor.u.i32", "5"),
            mapped(32, [](uint32_t i) { return i ^ 5; }));
  EXPECT_EQ(shuffled("air.simd_shuffle_rotate_up.u.i32", "3"),
            mapped(32, [](uint32_t i) { return (i + 29) % 32; }));
  EXPECT_EQ(shuffled("air.simd_broadcast.u.i32", "7"), std::vector<uint32_t>(32, 7));
  EXPECT_EQ(shuffled("air.quad_broadcast.u.i32", "1"),
            mapped(32, [](uint32_t i) { return i / 4 * 4 + 1; }));
  EXPECT_EQ(shuffled("air.quad_shuffle_xor.u.i32", "2"),
            mapped(32, [](uint32_t i) { return i ^ 2; }));
}

TEST(Group, FillingShuffleTakesTheOtherEndOfTheSecondValue) {
  std::string declaration =
      "declare i32 @air.simd_shuffle_and_fill_up.u.i32(i32, i32, i16, i16)\n"
      "declare i32 @air.simd_shuffle_and_fill_down.u.i32(i32, i32, i16, i16)";
  std::string fill = "%w = add i32 %v, 100\n";
  EXPECT_EQ(among_lanes("%r = call i32 @air.simd_shuffle_and_fill_up.u.i32(i32 %v, i32 %w, i16 2, "
                        "i16 8)\n",
                        declaration, counted(32), fill),
            mapped(32, [](uint32_t i) { return i % 8 < 2 ? 100 + i + 6 : i - 2; }));
  EXPECT_EQ(
      among_lanes("%r = call i32 @air.simd_shuffle_and_fill_down.u.i32(i32 %v, i32 %w, i16 2, "
                  "i16 32)\n",
                  declaration, counted(32), fill),
      mapped(32, [](uint32_t i) { return i > 29 ? 100 + i - 30 : i + 2; }));
}

TEST(Group, VotesSeeOnlyLanesThatTakePart) {
  std::string any_all =
      "declare i1 @air.simd_all(i1)\ndeclare i1 @air.simd_any(i1)\n"
      "declare i64 @air.simd_ballot.i64(i1)";
  auto vote = [&](const std::string& name, const std::string& condition, uint32_t lanes) {
    return among_lanes("%b = call i1 @air." + name + "(i1 %c)\n%r = zext i1 %b to i32\n", any_all,
                       counted(lanes), "%c = icmp " + condition + "\n");
  };
  EXPECT_EQ(vote("simd_all", "ult i32 %v, 10", 10), std::vector<uint32_t>(10, 1));
  EXPECT_EQ(vote("simd_all", "ult i32 %v, 10", 11), std::vector<uint32_t>(11, 0));
  EXPECT_EQ(vote("simd_any", "eq i32 %v, 9", 10), std::vector<uint32_t>(10, 1));
  EXPECT_EQ(vote("simd_any", "eq i32 %v, 10", 10), std::vector<uint32_t>(10, 0));
  EXPECT_EQ(among_lanes("%b = call i64 @air.simd_ballot.i64(i1 %c)\n%r = trunc i64 %b to i32\n",
                        any_all, counted(10), "%c = icmp ugt i32 %v, 7\n"),
            std::vector<uint32_t>(10, 0x300));
}

// Lane 0 runs the loop body, simd_sum included, once more than the others: they wait for it.
KernelText ragged_loop(const std::string& inside) {
  KernelText kernel;
  kernel.globals = std::string(kBarrier) + "declare i32 @air.simd_sum.u.i32(i32) convergent\n";
  kernel.buffer("i32", true).built_in("thread_position_in_grid", "i32");
  kernel.body =
      "start:\n%first = icmp eq i32 %a1, 0\n%rounds = select i1 %first, i32 3, i32 2\n"
      "br label %loop\n"
      "loop:\n%i = phi i32 [ 0, %start ], [ %next, %loop ]\n"
      "%sum = phi i32 [ 0, %start ], [ %sum2, %loop ]\n" +
      inside +
      "%next = add i32 %i, 1\n%more = icmp ult i32 %next, %rounds\n"
      "br i1 %more, label %loop, label %done\n"
      "done:\n%all = call i32 @air.simd_sum.u.i32(i32 %sum2)\n"
      "%p = getelementptr i32, i32 addrspace(1)* %a0, i32 %a1\n"
      "store i32 %all, i32 addrspace(1)* %p\nret void\n";
  return kernel;
}

TEST(Group, LanesThatLeftALoopEarlyWaitForTheOthers) {
  // Two rounds of 1 for each of 32 lanes; in the third lane 0 is alone.
  auto kernel = ragged_loop(
      "%one = call i32 @air.simd_sum.u.i32(i32 1)\n"
      "%sum2 = add i32 %sum, %one\n");
  auto code = compiled(kernel);
  ASSERT_NE(code, nullptr);
  std::vector<uint32_t> out(32);
  void* buffers[] = {out.data()};
  ASSERT_TRUE(code->run({buffers, {32, 1, 1}, {32, 1, 1}}));
  EXPECT_EQ(out, std::vector<uint32_t>(32, 32 * 64 + 1));
}

TEST(Group, BarriersThatNotAllLanesReachAreErrorsWhenAskedFor) {
  auto kernel = ragged_loop("call void @air.wg.barrier(i32 2, i32 1)\n%sum2 = add i32 %sum, 1\n");
  auto lenient = compiled(kernel);
  ASSERT_NE(lenient, nullptr);
  std::vector<uint32_t> out(64);
  void* buffers[] = {out.data()};
  ASSERT_TRUE(lenient->run({buffers, {64, 1, 1}, {64, 1, 1}}));
  EXPECT_EQ(out, mapped(64, [](uint32_t i) { return i < 32 ? 65u : 64u; }));

  auto strict = compiled(kernel, {.debug = {.barriers = true}});
  ASSERT_NE(strict, nullptr);
  auto ran = strict->run({buffers, {64, 1, 1}, {64, 1, 1}});
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.failure().what,
            "k: threads of threadgroup 0,0,0 wait at different places: air.wg.barrier (1. of the "
            "kernel) and air.simd_sum.u.i32 (2. of the kernel)");
  ASSERT_TRUE(compiled(tree_sum(), {.debug = {.barriers = true}}));
}

// Element (row, column) of a matrix as lane and place, by the rule of air-witness.md §9.
std::pair<uint32_t, uint32_t> place_of(uint32_t row, uint32_t column) {
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint32_t first = (lane / 4 & 2) * 2 + (lane & 1) * 2;
    if ((lane / 4 & 4) + (lane / 2 & 3) == row && first == column / 2 * 2)
      return {lane, column % 2};
  }
  return {99, 0};
}

KernelText matrix_product(const std::string& factor) {
  std::string wide = "<64 x " + factor + ">", code = factor == "half" ? "v64f16" : "v64f32";
  std::string name =
      "@air.simdgroup_matrix_8x8_multiply_accumulate.v64f32." + code + "." + code + ".v64f32";
  std::string load = "@air.simdgroup_matrix_8x8_load." + code + ".p1" + code.substr(3);
  KernelText kernel;
  kernel.globals = "declare <64 x float> " + name + "(" + wide + ", " + wide +
                   ", <64 x float>)\ndeclare " + wide + " " + load + "(" + factor +
                   " addrspace(1)*, i64, <2 x i64>, i1)\n"
                   "declare <64 x float> @air.simdgroup_matrix_8x8_init_diag.v64f32.f32(float)\n"
                   "declare void @air.simdgroup_matrix_8x8_store.v64f32.p1f32(<64 x float>, float "
                   "addrspace(1)*, i64, <2 x i64>, i1)\n";
  kernel.buffer(factor, false).buffer(factor, false).buffer("float", true);
  kernel.body = "%a = call " + wide + " " + load + "(" + factor +
                " addrspace(1)* %a0, i64 10, <2 x i64> <i64 2, i64 1>, i1 false)\n"
                "%b = call " +
                wide + " " + load + "(" + factor +
                " addrspace(1)* %a1, i64 8, <2 x i64> zeroinitializer, i1 true)\n"
                "%c = call <64 x float> @air.simdgroup_matrix_8x8_init_diag.v64f32.f32(float 3.0)\n"
                "%d = call <64 x float> " +
                name + "(" + wide + " %a, " + wide +
                " %b, <64 x float> %c)\n"
                "call void @air.simdgroup_matrix_8x8_store.v64f32.p1f32(<64 x float> %d, float "
                "addrspace(1)* %a2, i64 8, <2 x i64> zeroinitializer, i1 false)\nret void\n";
  return kernel;
}

TEST(Group, MatricesMultiply) {
  auto code = compiled(matrix_product("float"));
  ASSERT_NE(code, nullptr);
  // a lies at row 1, column 2 of a matrix of 10 columns; b is stored transposed.
  std::vector<float> a(100), b(64), out(64), expected(64);
  for (uint32_t i = 0; i < 100; ++i) a[i] = static_cast<float>(i % 13) - 6;
  for (uint32_t i = 0; i < 64; ++i) b[i] = static_cast<float>(i % 11) - 5;
  for (uint32_t r = 0; r < 8; ++r) {
    for (uint32_t c = 0; c < 8; ++c) {
      float sum = r == c ? 3.0f : 0.0f;
      for (uint32_t k = 0; k < 8; ++k) sum += a[(r + 1) * 10 + k + 2] * b[c * 8 + k];
      expected[r * 8 + c] = sum;
    }
  }
  void* buffers[] = {a.data(), b.data(), out.data()};
  ASSERT_TRUE(code->run({buffers, {32, 1, 1}, {32, 1, 1}}));
  EXPECT_EQ(out, expected);
}

TEST(Group, LanesHoldTheElementsThatAppleGivesThem) {
  KernelText kernel;
  kernel.globals =
      "declare <64 x float> @air.simdgroup_matrix_8x8_load.v64f32.p1f32(float addrspace(1)*, i64, "
      "<2 x i64>, i1)\n";
  kernel.buffer("float", false).buffer("float", true).built_in("thread_index_in_simdgroup", "i32");
  kernel.body =
      "%m = call <64 x float> @air.simdgroup_matrix_8x8_load.v64f32.p1f32(float addrspace(1)* %a0, "
      "i64 8, <2 x i64> zeroinitializer, i1 false)\n"
      "%x = extractelement <64 x float> %m, i64 0\n%y = extractelement <64 x float> %m, i64 1\n"
      "%i = mul i32 %a2, 2\n%p = getelementptr float, float addrspace(1)* %a1, i32 %i\n"
      "store float %x, float addrspace(1)* %p\n"
      "%q = getelementptr float, float addrspace(1)* %p, i32 1\n"
      "store float %y, float addrspace(1)* %q\nret void\n";
  auto code = compiled(kernel);
  ASSERT_NE(code, nullptr);
  std::vector<float> in(64), out(64);
  std::iota(in.begin(), in.end(), 0.0f);
  void* buffers[] = {in.data(), out.data()};
  ASSERT_TRUE(code->run({buffers, {32, 1, 1}, {32, 1, 1}}));
  for (uint32_t row = 0; row < 8; ++row) {
    for (uint32_t column = 0; column < 8; ++column) {
      auto [lane, element] = place_of(row, column);
      EXPECT_EQ(out[2 * lane + element], static_cast<float>(row * 8 + column));
    }
  }
}

TEST(Group, UnknownOperationsAreNamed) {
  KernelText kernel;
  kernel.globals = "declare i32 @air.simd_yodel.u.i32(i32)\n";
  kernel.buffer("i32", true);
  kernel.body =
      "%r = call i32 @air.simd_yodel.u.i32(i32 1)\nstore i32 %r, i32 addrspace(1)* %a0\nret void\n";
  auto air = air::assemble(kernel.text(), "k");
  ASSERT_TRUE(air);
  auto code = compile({.air = *air, .entry = "k"}, {});
  ASSERT_FALSE(code);
  EXPECT_EQ(code.failure().what,
            "k: functions that the cpu device does not know: air.simd_yodel.u.i32");
}

}  // namespace
}  // namespace tinsmith::cpu
