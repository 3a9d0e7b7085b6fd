// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "air/air.h"
#include "cpu/cpu.h"
#include "cpu/kernel_text.h"

namespace tinsmith::cpu {
namespace {

std::shared_ptr<const Code> compiled(const KernelText& kernel, Source source = {},
                                     const Options& options = {}) {
  auto air = air::assemble(kernel.text(), "k");
  EXPECT_TRUE(air) << (air ? "" : air.failure().what);
  if (!air) return nullptr;
  source.air = *air;
  source.entry = "k";
  auto code = compile(source, options);
  EXPECT_TRUE(code) << (code ? "" : code.failure().what);
  return code ? *code : nullptr;
}

std::string failure_of(const KernelText& kernel) {
  auto air = air::assemble(kernel.text(), "k");
  EXPECT_TRUE(air);
  auto code = compile({.air = *air, .entry = "k"}, {});
  return code ? "" : code.failure().what;
}

// out[x + 7 * (y + 5 * z)] = value
KernelText at_position(const std::string& built_in, unsigned element) {
  KernelText out;
  out.buffer("i32", true).built_in("thread_position_in_grid", "<3 x i32>");
  out.built_in(built_in, "<3 x i32>");
  out.body =
      "%x = extractelement <3 x i32> %a1, i64 0\n%y = extractelement <3 x i32> %a1, i64 1\n"
      "%z = extractelement <3 x i32> %a1, i64 2\n%z5 = mul i32 %z, 5\n%r = add i32 %y, %z5\n"
      "%r7 = mul i32 %r, 7\n%at = add i32 %x, %r7\n"
      "%v = extractelement <3 x i32> %a2, i64 " +
      std::to_string(element) +
      "\n"
      "%p = getelementptr i32, i32 addrspace(1)* %a0, i32 %at\n"
      "store i32 %v, i32 addrspace(1)* %p\nret void\n";
  return out;
}

// What the kernel of at_position gives for a grid of 7,5,3 in groups of 4,2,2: edges are partial.
std::vector<uint32_t> over_grid(const std::string& built_in, unsigned element, bool known_shape,
                                uint32_t parts = 1) {
  Source source;
  if (known_shape) source.shape = {{7, 5, 3}, {4, 2, 2}};
  auto code = compiled(at_position(built_in, element), source);
  std::vector<uint32_t> out(7 * 5 * 3, 1000);
  if (code == nullptr) return out;
  void* buffers[] = {out.data()};
  for (uint32_t part = 0; part < parts; ++part) {
    auto ran = code->run_part({buffers, {7, 5, 3}, {4, 2, 2}, {}}, part, parts);
    EXPECT_TRUE(ran) << (ran ? "" : ran.failure().what);
  }
  return out;
}

template <class Value>
std::vector<uint32_t> expected(Value value) {
  std::vector<uint32_t> out;
  for (uint32_t z = 0; z < 3; ++z) {
    for (uint32_t y = 0; y < 5; ++y) {
      for (uint32_t x = 0; x < 7; ++x) out.push_back(value(x, y, z));
    }
  }
  return out;
}

TEST(Compile, PositionsInThreeDimensions) {
  auto x_of = [](uint32_t x, uint32_t, uint32_t) { return x; };
  auto y_of = [](uint32_t, uint32_t y, uint32_t) { return y; };
  auto z_of = [](uint32_t, uint32_t, uint32_t z) { return z; };
  for (bool known : {false, true}) {
    EXPECT_EQ(over_grid("thread_position_in_grid", 0, known), expected(x_of));
    EXPECT_EQ(over_grid("thread_position_in_grid", 1, known), expected(y_of));
    EXPECT_EQ(over_grid("thread_position_in_grid", 2, known), expected(z_of));
  }
}

TEST(Compile, GroupsAreSmallerAtTheEdgesOfTheGrid) {
  for (bool known : {false, true}) {
    EXPECT_EQ(over_grid("threads_per_threadgroup", 0, known),
              expected([](uint32_t x, uint32_t, uint32_t) { return x < 4 ? 4u : 3u; }));
    EXPECT_EQ(over_grid("threads_per_threadgroup", 1, known),
              expected([](uint32_t, uint32_t y, uint32_t) { return y < 4 ? 2u : 1u; }));
    EXPECT_EQ(over_grid("thread_position_in_threadgroup", 0, known),
              expected([](uint32_t x, uint32_t, uint32_t) { return x % 4; }));
    EXPECT_EQ(over_grid("threadgroup_position_in_grid", 1, known),
              expected([](uint32_t, uint32_t y, uint32_t) { return y / 2; }));
    EXPECT_EQ(over_grid("threadgroups_per_grid", 0, known),
              expected([](uint32_t, uint32_t, uint32_t) { return 2u; }));
    EXPECT_EQ(over_grid("dispatch_threads_per_threadgroup", 0, known),
              expected([](uint32_t, uint32_t, uint32_t) { return 4u; }));
  }
}

TEST(Compile, PartsCoverTheGridOnce) {
  auto x_of = [](uint32_t x, uint32_t, uint32_t) { return x; };
  for (uint32_t parts : {2u, 3u, 8u, 200u}) {
    EXPECT_EQ(over_grid("thread_position_in_grid", 0, false, parts), expected(x_of));
    EXPECT_EQ(over_grid("thread_position_in_grid", 0, true, parts), expected(x_of));
    EXPECT_EQ(over_grid("threads_per_threadgroup", 1, false, parts),
              expected([](uint32_t, uint32_t y, uint32_t) { return y < 4 ? 2u : 1u; }));
  }
}

TEST(Compile, ScalarBuiltInsOfSixteenBits) {
  KernelText kernel;
  kernel.buffer("i16", true).built_in("thread_position_in_grid", "i32");
  kernel.built_in("thread_index_in_threadgroup", "i16");
  kernel.body =
      "%p = getelementptr i16, i16 addrspace(1)* %a0, i32 %a1\n"
      "store i16 %a2, i16 addrspace(1)* %p\nret void\n";
  auto code = compiled(kernel);
  ASSERT_NE(code, nullptr);
  std::vector<uint16_t> out(10);
  void* buffers[] = {out.data()};
  ASSERT_TRUE(code->run({buffers, {10, 1, 1}, {4, 1, 1}, {}}));
  EXPECT_EQ(out, (std::vector<uint16_t>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1}));
}

// Thread 0 of each group leaves a number in threadgroup memory, the others (run after it) read it.
TEST(Compile, ThreadgroupArgumentsAndGlobalsDoNotOverlap) {
  KernelText kernel;
  kernel.globals = "@tile = internal addrspace(3) global [4 x i32] undef, align 4\n";
  kernel.buffer("i32", true).threadgroup("i32").built_in("thread_position_in_grid", "i32");
  kernel.built_in("thread_position_in_threadgroup", "i32");
  kernel.body =
      "%t = getelementptr i32, i32 addrspace(3)* %a1, i32 %a3\n"
      "store i32 1, i32 addrspace(3)* %t\n"
      "%g = getelementptr [4 x i32], [4 x i32] addrspace(3)* @tile, i32 0, i32 %a3\n"
      "store i32 %a2, i32 addrspace(3)* %g\n"
      "%v = load i32, i32 addrspace(3)* %t\n"
      "%first = load i32, i32 addrspace(3)* getelementptr ([4 x i32], [4 x i32] addrspace(3)* "
      "@tile, i32 0, i32 0)\n"
      "%sum = add i32 %v, %first\n"
      "%p = getelementptr i32, i32 addrspace(1)* %a0, i32 %a2\n"
      "store i32 %sum, i32 addrspace(1)* %p\nret void\n";
  auto code = compiled(kernel);
  ASSERT_NE(code, nullptr);
  std::vector<uint32_t> out(8);
  void* buffers[] = {out.data()};
  uint32_t bytes[] = {16};
  ASSERT_TRUE(code->run({buffers, {8, 1, 1}, {4, 1, 1}, bytes}));
  EXPECT_EQ(out, (std::vector<uint32_t>{1, 1, 1, 1, 5, 5, 5, 5}));
  auto refused = code->run({buffers, {8, 1, 1}, {4, 1, 1}, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().what, "k: threadgroup memory 0 (a1) needs a size");
}

TEST(Compile, MissingBuffersAndWrongShapesAreRefused) {
  Source source;
  source.shape = {{7, 5, 3}, {4, 2, 2}};
  auto code = compiled(at_position("thread_position_in_grid", 0), source);
  ASSERT_NE(code, nullptr);
  auto refused = code->run({{}, {7, 5, 3}, {4, 2, 2}, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().what, "k: nothing is bound to buffer 0 (uint a0)");
  uint32_t word = 0;
  void* buffers[] = {&word};
  refused = code->run({buffers, {7, 5, 4}, {4, 2, 2}, {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().what,
            "k: compiled for a grid of 7,5,3 in groups of 4,2,2, launched with 7,5,4 in 4,2,2");
}

TEST(Compile, UnknownFunctionsAreNamed) {
  KernelText kernel;
  kernel.globals =
      "declare float @air.frobnicate.f32(float)\ndeclare float @air.twist.f32(float)\n";
  kernel.buffer("float", true);
  kernel.body =
      "%x = call float @air.frobnicate.f32(float 1.0)\n%y = call float @air.twist.f32(float %x)\n"
      "store float %y, float addrspace(1)* %a0\nret void\n";
  std::string why = failure_of(kernel);
  EXPECT_NE(why.find("air.frobnicate.f32"), std::string::npos) << why;
  EXPECT_NE(why.find("air.twist.f32"), std::string::npos) << why;
}

TEST(Compile, UnknownBuiltInsAndKernelsAreNamed) {
  KernelText kernel;
  kernel.buffer("float", true).built_in("position_of_the_moon", "i32");
  kernel.body = "ret void\n";
  EXPECT_EQ(failure_of(kernel),
            "k: the cpu device does not know the built-in air.position_of_the_moon");
  auto air = air::assemble(at_position("thread_position_in_grid", 0).text(), "k");
  ASSERT_TRUE(air);
  auto other = compile({.air = *air, .entry = "other"}, {});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.failure().what, "other: no such kernel; there is k");
}

TEST(Compile, OtherNamesOfAFunctionAreTheFunction) {
  KernelText kernel;
  kernel.globals =
      "define internal i32 @twice(i32 %v) {\n%r = shl i32 %v, 1\nret i32 %r\n}\n"
      "@double = internal alias i32 (i32), i32 (i32)* @twice\n"
      "@other = weak_odr alias void (i32 addrspace(1)*), void (i32 addrspace(1)*)* @k\n";
  kernel.buffer("i32", true);
  kernel.body = "%v = call i32 @double(i32 21)\nstore i32 %v, i32 addrspace(1)* %a0\nret void\n";
  auto air = air::assemble(kernel.text(), "k");
  ASSERT_TRUE(air) << air.failure().what;
  for (const char* name : {"k", "other"}) {
    auto code = compile({.air = *air, .entry = name}, {});
    ASSERT_TRUE(code) << code.failure().what;
    uint32_t out = 0;
    void* buffers[] = {&out};
    ASSERT_TRUE((*code)->run({buffers}));
    EXPECT_EQ(out, 42u);
  }
}

TEST(Compile, HelperFunctionsAreCalledDirectly) {
  KernelText kernel;
  kernel.globals =
      "define internal fastcc i32 @twice(i32 %v) unnamed_addr {\n%r = shl i32 %v, 1\nret i32 "
      "%r\n}\n";
  kernel.buffer("i32", true).built_in("thread_position_in_grid", "i32");
  kernel.body =
      "%v = call fastcc i32 @twice(i32 %a1)\n%p = getelementptr i32, i32 addrspace(1)* %a0, i32 "
      "%a1\n"
      "store i32 %v, i32 addrspace(1)* %p\nret void\n";
  auto code = compiled(kernel);
  ASSERT_NE(code, nullptr);
  std::vector<uint32_t> out(3);
  void* buffers[] = {out.data()};
  ASSERT_TRUE(code->run({buffers, {3, 1, 1}, {3, 1, 1}, {}}));
  EXPECT_EQ(out, (std::vector<uint32_t>{0, 2, 4}));
}

// As Apple's compiler brings function constants to a kernel (facts/air-witness.md §5).
KernelText with_constants() {
  KernelText kernel;
  kernel.globals =
      "@given = internal unnamed_addr addrspace(2) externally_initialized constant i32 undef, "
      "section \"air.fc_initializer\"\n"
      "@seen = internal unnamed_addr addrspace(2) global i32 undef, align 4\n"
      "@llvm.global_ctors = appending global [1 x { i32, void ()*, i8* }] [{ i32, void ()*, i8* } "
      "{ "
      "i32 65535, void ()* @init, i8* null }]\n"
      "define internal void @init() section \"air.static_init\" {\n"
      "%v = load i32, i32 addrspace(2)* @given\n%w = add i32 %v, 1\n"
      "store i32 %w, i32 addrspace(2)* @seen\nret void\n}\n"
      "!air.function_constants = !{!100}\n"
      "!100 = !{i32 addrspace(2)* @given, !\"int\", !\"width\", i32 7, i1 true}\n";
  kernel.buffer("i32", true);
  kernel.body =
      "%v = load i32, i32 addrspace(2)* @seen\nstore i32 %v, i32 addrspace(1)* %a0\nret void\n";
  return kernel;
}

TEST(Compile, FunctionConstantsReachTheKernelThroughInitialisers) {
  Source source;
  source.constants = {{7, 41}};
  auto code = compiled(with_constants(), source);
  ASSERT_NE(code, nullptr);
  uint32_t out = 0;
  void* buffers[] = {&out};
  ASSERT_TRUE(code->run({buffers}));
  EXPECT_EQ(out, 42u);
  EXPECT_EQ(failure_of(with_constants()), "k: function constants without a value: 7 (int width)");
}

TEST(Compile, FunctionsFromElsewhereAreRefused) {
  KernelText kernel;
  kernel.globals = "declare i32 @getpid()\n";
  kernel.buffer("i32", true);
  kernel.body = "%v = call i32 @getpid()\nstore i32 %v, i32 addrspace(1)* %a0\nret void\n";
  EXPECT_EQ(failure_of(kernel), "k: it calls functions that are not in the library: getpid");
}

TEST(Compile, DamagedBitcodeIsAnErrorOrStillCode) {
  auto air = air::assemble(at_position("thread_position_in_grid", 0).text(), "k");
  ASSERT_TRUE(air);
  size_t refused = 0;
  for (size_t at = 0; at < air->size(); at += 37) {
    auto damaged = *air;
    damaged[at] ^= std::byte{0x10};
    auto code = compile({.air = damaged, .entry = "k"}, {});
    if (!code) ++refused;
  }
  EXPECT_GT(refused, 10u);
  auto cut = std::span(*air).first(air->size() / 2);
  EXPECT_FALSE(compile({.air = cut, .entry = "k"}, {}));
}

}  // namespace
}  // namespace tinsmith::cpu
