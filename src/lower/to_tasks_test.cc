// SPDX-License-Identifier: Apache-2.0
// Each case runs a kernel in the reference interpreter before and after the split: memory and
// results must agree.
#include <gtest/gtest.h>

#include "ir/evaluate.h"
#include "ir/random_program.h"
#include "lower/lower.h"

namespace tinsmith::lower {
namespace {

struct Unit {
  explicit Unit(std::string_view source) {
    Diagnostics diags;
    SourceFiles sources;
    FileId file = sources.add("case.ir", source);
    EXPECT_TRUE(parse(source, file, module, diags)) << render(diags, sources);
    for (const std::string& p : verify(module, fn(), Stage::Source)) ADD_FAILURE() << p;
  }
  Function& fn() { return module.kernels.front(); }
  void split() {
    Result<> done = to_tasks(module, fn());
    ASSERT_TRUE(done) << done.failure().what;
    for (const std::string& p : verify(module, fn(), Stage::Tasks)) ADD_FAILURE() << p;
    text = print(module);
  }
  const TaskInfo& task(size_t i) { return fn().tasks.at(i); }
  Module module;
  std::string text;
};

struct Outcome {
  std::vector<uint64_t> results;
  std::map<uint32_t, std::vector<std::byte>> trees;
  std::vector<std::byte> array;
};

Outcome run(Unit& unit, std::vector<Argument> args) {
  Memory memory;
  Result<std::vector<uint64_t>> results = evaluate(unit.module, unit.fn(), memory, args);
  EXPECT_TRUE(results) << results.failure().what;
  Outcome outcome;
  if (results) outcome.results = *results;
  outcome.trees = memory.trees;
  for (const Argument& arg : args)
    outcome.array.insert(outcome.array.end(), arg.data.begin(), arg.data.end());
  return outcome;
}

// Splits the kernel and returns it, having compared what it does.
std::unique_ptr<Unit> check(std::string_view text, const std::vector<Argument>& args = {}) {
  auto unit = std::make_unique<Unit>(text);
  Outcome before = run(*unit, args);
  unit->split();
  Outcome after = run(*unit, args);
  EXPECT_EQ(before.results, after.results) << unit->text;
  EXPECT_EQ(before.trees, after.trees) << unit->text;
  EXPECT_EQ(before.array, after.array) << unit->text;
  return unit;
}

TEST(ToTasks, FusesSerialStatementsAndCutsAtLoops) {
  auto unit = check(R"(
field @x: i32[10] at 0
kernel @k {
  %0:i32 = const 0  %5:i32 = const 5  %10:i32 = const 10
  %p:*i32 = field_ptr @x %0
  store %p %5
  %q:*i32 = field_ptr @x %5
  store %q %10
  parallel_for %0 %10 over_field { (%i:i32)
    %r:*i32 = field_ptr @x %i
    %v:i32 = load %r
    %w:i32 = add %v %10
    store %r %w
  }
  parallel_for %5 %10 block_dim 32 { (%j:i32)
    %s:*i32 = field_ptr @x %j
    store %s %j
  }
})");
  ASSERT_EQ(unit->fn().tasks.size(), 3u);
  EXPECT_EQ(unit->task(0).kind, TaskKind::Serial);
  EXPECT_EQ(unit->task(1).kind, TaskKind::Range);
  EXPECT_EQ(unit->task(1).threads, 10u);
  EXPECT_EQ(unit->task(1).group_size, 10u);
  EXPECT_EQ(unit->task(2).begin, 5);
  EXPECT_EQ(unit->task(2).threads, 5u);
  EXPECT_EQ(unit->task(2).group_size, 32u);
  EXPECT_EQ(unit->text.find("temp"), std::string::npos) << unit->text;
}

TEST(ToTasks, MakesNothingOfAKernelThatDoesNothing) {
  auto unit = check(R"(
field @x: i32 at 0
kernel @k {
  %0:i32 = const 0
  %p:*i32 = field_ptr @x
  %v:i32 = load %p
  parallel_for %0 %0 { (%i:i32) store %p %v }
})");
  EXPECT_TRUE(unit->fn().tasks.empty()) << unit->text;
}

TEST(ToTasks, StoresBoundsThatAreNotConstant) {
  auto unit = check(R"(
field @count: i32 at 0
field @line: i32[64] at 4
kernel @k(first: i32) {
  %3:i32 = const 3  %2:i32 = const 2  %0:i32 = const 0
  %p:*i32 = field_ptr @count
  %c:i32 = load %p
  %n:i32 = add %c %3
  store %p %n
  %last:i32 = mul %n %2
  %first:i32 = arg 0
  parallel_for %first %last { (%i:i32)
    %q:*i32 = field_ptr @line %i
    atomic_add %q %i
  }
  %63:i32 = const 63
  %r:*i32 = field_ptr @line %63
  store %r %last
  %m:i32 = load %p
  parallel_for %0 %m { (%j:i32)
    %s:*i32 = field_ptr @line %j
    %1:i32 = const -1
    atomic_add %s %1
  }
})",
                    {scalar_argument(DType::I32, 2)});
  ASSERT_EQ(unit->fn().tasks.size(), 4u);
  const TaskInfo& first = unit->task(1);
  EXPECT_FALSE(first.const_begin);
  EXPECT_EQ(first.begin, 0);
  EXPECT_FALSE(first.const_end);
  EXPECT_EQ(first.end, 4);
  EXPECT_EQ(first.threads, 131072u);
  EXPECT_EQ(first.group_size, 128u);
  EXPECT_TRUE(unit->task(3).const_begin);
  EXPECT_EQ(unit->task(3).end, 8);
}

TEST(ToTasks, ComputesBoundsThatComeFromShapesInTheTask) {
  std::string_view text = R"(
kernel @k(a: i32[?, ?]) {
  %0:i32 = const 0  %1:i32 = const 1  %2:i32 = const 2
  %n:i32 = array_dim 0.0
  %m:i32 = array_dim 0.1
  %last:i32 = sub %n %1
  parallel_for %1 %last %0 %m { (%i:i32, %j:i32)
    %p:*i32 = array_ptr 0 %i %j
    %100:i32 = const 100
    %v:i32 = mul %i %100
    %w:i32 = add %v %j
    store %p %w
  }
  %half:i32 = floor_div %m %2
  parallel_for %1 %half { (%k:i32)
    %q:*i32 = array_ptr 0 %0 %k
    store %q %m
  }
})";
  Param param;
  param.kind = ParamKind::Array;
  param.dtype = DType::I32;
  param.ndim = 2;
  auto unit = check(text, {array_argument(param, {5, 7})});
  ASSERT_EQ(unit->fn().tasks.size(), 2u) << unit->text;
  EXPECT_TRUE(unit->task(0).const_begin);
  EXPECT_FALSE(unit->task(0).const_end);
  EXPECT_EQ(unit->task(0).end, 0);
  EXPECT_EQ(unit->task(1).begin, 1);
  EXPECT_EQ(unit->task(1).threads, 131072u);
}

TEST(ToTasks, LocalsThatLoopsShareLiveInTheTemporaries) {
  auto unit = check(R"(
kernel @k(n: i32) -> i32, f32 {
  %0:i32 = const 0  %100:i32 = const 100
  %sum:*i32 = var
  %list:*f32 = var 3
  store %sum %0
  %e:*f32 = elem %list %0
  %half:f32 = const 0.5
  store %e %half
  parallel_for %0 %100 { (%i:i32)
    %a:i32 = arg 0
    %v:i32 = mul %i %a
    atomic_add %sum %v
    %1:i32 = const 1
    %f:*f32 = elem %list %1
    %g:f32 = cast %i
    atomic_max %f %g
  }
  %s:i32 = load %sum
  return 0 %s
  %2:i32 = const 1
  %h:*f32 = elem %list %2
  %t:f32 = load %h
  return 1 %t
})",
                    {scalar_argument(DType::I32, 3)});
  EXPECT_EQ(unit->fn().tasks.size(), 3u);
  EXPECT_EQ(unit->text.find("= var"), std::string::npos) << unit->text;
}

TEST(ToTasks, LoadedValuesCrossThroughTheTemporariesAndCheapOnesAreMadeAgain) {
  auto unit = check(R"(
field @x: f32[8] at 0
field @y: f64[8] at 32
kernel @k(a: f32) {
  %0:i32 = const 0  %8:i32 = const 8  %3:i32 = const 3
  %p:*f32 = field_ptr @x %3
  %a:f32 = arg 0
  %twice:f32 = add %a %a
  store %p %twice
  %v:f32 = load %p
  %d:f64 = cast %v
  %root:f64 = sqrt %d
  parallel_for %0 %8 { (%i:i32)
    %q:*f64 = field_ptr @y %i
    %w:f64 = cast %twice
    %s:f64 = add %w %root
    store %q %s
    store %p %v
  }
})",
                    {scalar_argument(DType::F32, 4)});
  EXPECT_NE(unit->text.find("temp_ptr 0"), std::string::npos) << unit->text;
}

TEST(ToTasks, NothingOverlapsTheSeedOfTheRandomNumbers) {
  auto unit = check(R"(
kernel @k -> i32 {
  %0:i32 = const 0  %1100:i32 = const 1100  %30:i32 = const 30
  %a:*i32 = var 1000
  %b:*i64 = var 16
  %c:*i32 = var 30
  %sum:*i32 = var
  store %sum %0
  parallel_for %0 %30 { (%i:i32)
    %p:*i32 = elem %a %i
    store %p %i
    %16:i32 = const 16
    %r:i32 = mod %i %16
    %q:*i64 = elem %b %r
    %w:i64 = cast %i
    atomic_max %q %w
    %s:*i32 = elem %c %i
    store %s %i
  }
  parallel_for %0 %30 { (%j:i32)
    %t:*i32 = elem %c %j
    %v:i32 = load %t
    atomic_add %sum %v
    %seed:f32 = random
  }
  %total:i32 = load %sum
  return 0 %total
})");
  EXPECT_NE(unit->text.find("temp_ptr 4104"), std::string::npos) << unit->text;
}

TEST(ToTasks, RefusesMoreThanAMebibyteOfTemporaries) {
  Unit unit(R"(
kernel @k {
  %0:i32 = const 0  %9:i32 = const 9
  %a:*f64 = var 140000
  parallel_for %0 %9 { (%i:i32) %p:*f64 = elem %a %i %v:f64 = cast %i store %p %v }
})");
  EXPECT_FALSE(to_tasks(unit.module, unit.fn()));
}

TEST(ToTasks, RefusesALoopOfMoreIterationsThanAnI32Counts) {
  Unit unit(R"(
field @x: i32 at 0
kernel @k {
  %0:i32 = const 0  %n:i32 = const 65536
  parallel_for %0 %n %0 %n { (%i:i32, %j:i32) %p:*i32 = field_ptr @x store %p %j }
})");
  EXPECT_FALSE(to_tasks(unit.module, unit.fn()));
}

TEST(ToTasks, DecodesBoxesWithTheLastAxisFastest) {
  auto unit = check(R"(
field @x: i32[4, 3, 5] at 0
kernel @k(lo: i32) {
  %0:i32 = const 0  %1:i32 = const 1  %2:i32 = const 2  %4:i32 = const 4  %5:i32 = const 5
  %lo:i32 = arg 0
  parallel_for %lo %4 %1 %2 %0 %5 { (%i:i32, %j:i32, %k:i32)
    %p:*i32 = field_ptr @x %i %j %k
    %10:i32 = const 10
    %a:i32 = mul %i %10
    %b:i32 = add %a %j
    %c:i32 = mul %b %10
    %d:i32 = add %c %k
    store %p %d
  }
})",
                    {scalar_argument(DType::I32, 2)});
  EXPECT_EQ(unit->fn().tasks.size(), 2u);
}

TEST(ToTasks, ExpandsFloorDivisionModuloAndPowers) {
  check(R"(
field @q: i32[21, 21] at 0
field @r: i32[21, 21] at 1764
field @u: f32[21, 21] at 3528
field @v: i32[21, 21] at 5292
field @w: f32[21, 21] at 7056
field @s: i32[21, 21] at 8820
kernel @k {
  %0:i32 = const 0  %21:i32 = const 21
  parallel_for %0 %21 %0 %21 { (%i:i32, %j:i32)
    %10:i32 = const 10
    %8:i32 = const 8
    %1:i32 = const 1
    %a:i32 = sub %i %10
    %b0:i32 = sub %j %10
    %none:u1 = eq %b0 %0
    %b:i32 = select %none %1 %b0
    %p1:*i32 = field_ptr @q %i %j
    %v1:i32 = floor_div %a %b
    store %p1 %v1
    %p2:*i32 = field_ptr @r %i %j
    %v2:i32 = mod %a %b
    store %p2 %v2
    %p3:*f32 = field_ptr @u %i %j
    %af:f32 = cast %a
    %bf:f32 = cast %b
    %v3:f32 = mod %af %bf
    store %p3 %v3
    %p4:*i32 = field_ptr @v %i %j
    %bp:i32 = abs %b
    %v4:i32 = pow %a %bp
    store %p4 %v4
    %p5:*f32 = field_ptr @w %i %j
    %half:f32 = const 0.5
    %base:f32 = add %af %half
    %v5:f32 = ipow %base %b
    store %p5 %v5
    %p6:*i32 = field_ptr @s %i %j
    %d8:i32 = floor_div %a %8
    %m8:i32 = mod %b %8
    %v6:i32 = add %d8 %m8
    %cube:i32 = const 3
    %v7:i32 = ipow %v6 %cube
    store %p6 %v7
  }
})");
}

TEST(ToTasks, KeepsTheMeaningOfRandomPrograms) {
  size_t compared = 0;
  constexpr uint64_t kPrograms = 400;
  for (uint64_t seed = 50000; seed < 50000 + kPrograms; ++seed) {
    Module before, after;
    random_program(seed, before);
    random_program(seed, after);
    ASSERT_TRUE(to_tasks(after, after.kernels.front()));
    auto problems = verify(after, after.kernels.front(), Stage::Tasks);
    ASSERT_TRUE(problems.empty()) << seed << ": " << problems.front() << "\n" << print(before);
    std::string want = outcome(before, seed), got = outcome(after, seed);
    if (want.empty() || got.empty()) continue;
    ++compared;
    ASSERT_EQ(want, got) << seed << "\n" << print(before) << "\n---- after\n" << print(after);
  }
  EXPECT_GT(compared, kPrograms * 9 / 10);
}

}  // namespace
}  // namespace tinsmith::lower
