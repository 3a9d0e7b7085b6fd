// SPDX-License-Identifier: Apache-2.0
#include "ir/ir.h"

#include <gtest/gtest.h>

#include "ir/text.h"

namespace tinsmith {
namespace {

// The program that `text` is; a mistake in it is a failure of the test.
void read(std::string_view text, Module& module) {
  Diagnostics diags;
  SourceFiles files;
  FileId file = files.add("test.ir", text);
  EXPECT_TRUE(parse(text, file, module, diags)) << render(diags, files);
}

std::string mistake(std::string_view text) {
  Diagnostics diags;
  SourceFiles files;
  Module module;
  FileId file = files.add("test.ir", text);
  EXPECT_FALSE(parse(text, file, module, diags));
  if (diags.all().size() != 1) return "not one diagnostic";
  const Diagnostic& d = diags.all()[0];
  return std::to_string(d.span.line) + ":" + std::to_string(d.span.column) + ": " + d.message;
}

std::string first_problem(std::string_view text, Stage stage = Stage::Source) {
  Module module;
  read(text, module);
  auto problems = verify(module, module.kernels.front(), stage);
  return problems.empty() ? "" : problems.front();
}

constexpr std::string_view kEverything = R"(field @x: f32[16] at 8 grad @x.grad
field @x.grad: f32[16] at 72
field @"my field": i32 vector 3 tree 1 at 0
field @nested: f64[8] vector 2 at 128 terms (axis 0 div 4 mod 2 stride 32, axis 0 div 1 mod 4 stride 8) components (0, 64)

kernel @everything(a: f32, m: f32 matrix 2x2, y: f64[?, ?] vector 3 grad, z: i32[]) -> f32, i32 vector 2 {
  %0:f32 = const 0.5
  %1:f32 = const 0x7f800000
  %2:f16 = const -0.0
  %3:i8 = const -3
  %4:u64 = const 18446744073709551615
  %5:u1 = const 1
  %6:f32 = arg 0
  %7:f32 = arg 1.3
  %8:i32 = array_dim 2.1
  %9:*i32 = var
  %10:*f32 = var 4
  %11:i32 = const 0
  %12:*f32 = elem %10 %11
  store %12 %7
  %13:*f64 = array_ptr 2.grad %11 %11 %11
  %14:f64 = atomic_add %13 %13
  %15:*f32 = field_ptr @x %11
  atomic_max %15 %6
  %16:f32, %17:i32 = if %5 {
    yield %0 %11
  } else {
    yield %6 %8
  }
  if %5 {
  } else {
    %18:i32 = cast %16
  }
  parallel_for %11 %8 %11 %17 block_dim 64 over_field fixed_block { (%19:i32, %20:i32)
    while {
      if %5 {
        break
      }
    }
    for %11 %8 { (%21:i32)
      continue
    }
  }
  return 2 %17
}

kernel @tasks {
  task serial {
    %0:*i32 = temp_ptr 8
  }
  task range 0 to temp 8 group 128 threads 65536 { (%1:i32)
  }
}
)";

TEST(IrText, RoundTripsExactly) {
  Module module;
  read(kEverything, module);
  EXPECT_EQ(print(module), kEverything);
}

TEST(IrText, NumbersValuesInPrintOrder) {
  Module module;
  read("kernel @k { %b:i32 = const 1 %a:i32 = const 0x2 %r:i32 = add %a %b }", module);
  EXPECT_EQ(print(module), R"(kernel @k {
  %0:i32 = const 1
  %1:i32 = const 2
  %2:i32 = add %1 %0
}
)");
}

TEST(IrText, LiteralsReadBackToTheSameBits) {
  for (uint32_t bits : {0x00000000u, 0x80000000u, 0x00000001u, 0x3dcccccdu, 0x7f7fffffu,
                        0x7f800000u, 0xff800000u, 0x7fc00001u, 0x4b800000u})
    EXPECT_EQ(literal_bits(DType::F32, literal_text(DType::F32, bits)), bits);
  for (uint64_t bits :
       {0x1ull, 0x3fb999999999999aull, 0x7fefffffffffffffull, 0x7ff8000000000001ull})
    EXPECT_EQ(literal_bits(DType::F64, literal_text(DType::F64, bits)), bits);
  EXPECT_EQ(literal_bits(DType::I64, "-9223372036854775808"), uint64_t{1} << 63);
  EXPECT_EQ(literal_bits(DType::U8, "256"), std::nullopt);
  EXPECT_EQ(literal_bits(DType::U8, "-1"), std::nullopt);
  EXPECT_EQ(literal_bits(DType::U64, "-1"), std::nullopt);
  EXPECT_EQ(literal_bits(DType::I32, "2147483648"), std::nullopt);
  EXPECT_EQ(literal_bits(DType::F32, "0x100000000"), std::nullopt);
}

TEST(IrText, SaysWhereAndWhatWasExpected) {
  EXPECT_EQ(mistake("kernel k"), "1:8: expected the name of a kernel, such as @k");
  EXPECT_EQ(mistake("kernel @k {\n  %0:f33 = arg 0\n}"), "2:6: expected a type such as f32");
  EXPECT_EQ(mistake("kernel @k {\n  %0:i32 = plus 0\n}"), "2:12: expected an operation or '}'");
  EXPECT_EQ(mistake("kernel @k {\n  %0:i32 = neg %1\n}"), "2:16: value '%1' is not defined");
  EXPECT_EQ(mistake("kernel @k {\n  %0:i32 = const 0.5\n}"),
            "2:18: expected a literal of type i32");
  EXPECT_EQ(mistake("field @x: f32 at 0 grad @y"), "1:25: field 'y' is not declared");
  EXPECT_EQ(mistake("kernel @k {\n"), "2:1: expected an operation or '}'");
}

TEST(IrText, RefusesToNestWithoutEnd) {
  std::string deep = "kernel @k {";
  for (int i = 0; i < 100000; ++i) deep += "while {";
  EXPECT_NE(mistake(deep).find("nested too deeply"), std::string::npos);
}

TEST(Verify, AcceptsALegalProgram) {
  EXPECT_EQ(first_problem(R"(
field @x: f32[4] at 0
kernel @k(n: i32) -> f32 {
  %0:i32 = const 0  %n:i32 = arg 0
  %s:*f32 = var
  parallel_for %0 %n { (%i:i32)
    %p:*f32 = field_ptr @x %i
    %v:f32 = load %p
    atomic_add %s %v
    %c:u1 = lt %v %v
    if %c { continue }
  }
  %r:f32 = load %s
  return 0 %r
})"),
            "");
}

struct Bad {
  std::string_view body, problem;
};

TEST(Verify, NamesWhatIsWrong) {
  const std::string head =
      "field @x: f32[4] at 0\nfield @m: f32[4] vector 2 at 64\n"
      "kernel @k(a: f32, y: f32[?]) -> i32 {\n"
      "%0:i32 = const 0 %1:f32 = const 1.0 %2:u1 = const 1 %3:*f32 = var\n";
  for (const Bad& bad : std::initializer_list<Bad>{
           {"%4:f32 = add %1 %0", "needs numbers of one type"},
           {"%4:u1 = add %2 %2", "needs numbers of one type"},
           {"%4:f32 = and %1 %1", "needs integers of one type"},
           {"%4:i32 = sin %0", "needs reals of one type"},
           {"%4:f32 = shl %1 %0", "needs integers"},
           {"%4:f32 = load %1", "pointer of another type"},
           {"%4:f32 = add %1", "wrong number of operands"},
           {"if %2 { %4:f32 = neg %1 } %5:f32 = neg %4", "not visible"},
           {"%4:f32 = if %2 { yield %1 } else { yield %0 }", "a branch yields something else"},
           {"%4:f32 = if %2 { yield %1 }", "a branch yields something else"},
           {"%4:*f32 = field_ptr @x %0 %0", "needs an index per axis"},
           {"%4:*f32 = field_ptr @m %0", "and the component"},
           {"%4:*f32 = array_ptr 1.grad %0", "no gradient"},
           {"%4:*f32 = array_ptr 0 %0", "no such array"},
           {"%4:f32 = arg 1", "no such argument"},
           {"return 1 %0", "no such component"},
           {"return 0 %1", "another type"},
           {"%4:i64 = bit_cast %1", "widths differ"},
           {"%4:f32 = select %2 %1 %0", "needs u1, T, T"},
           {"%4:*f32 = select %2 %3 %3", "an address as a value"},
           {"store %3 %3", "needs a pointer and a value"},
           {"break", "is not in a loop"},
           {"parallel_for %0 %0 { (%4:i32) break }", "not in a loop"},
           {"while { parallel_for %0 %0 { (%4:i32) } break }", "only directly in the body"},
           {"for %0 %0 { }", "one i32 index"},
           {"while { break yield }", "a terminator before the end"},
           {"task serial { }", "does not exist yet"},
           {"%4:*f32 = elem %3 %1", "needs an i32 index"},
           {"atomic_add %3 %0", "needs a pointer and a value"},
           {"atomic_or %3 %1", "not on this type"},
       })
    EXPECT_NE(first_problem(head + std::string(bad.body) + "\n}").find(bad.problem),
              std::string::npos)
        << bad.body << "\n"
        << first_problem(head + std::string(bad.body) + "\n}");
}

TEST(Verify, HoldsTheTasksStageToTasksAlone) {
  EXPECT_EQ(first_problem("kernel @k { task range 0 to 8 group 8 threads 8 { (%i:i32) continue } }",
                          Stage::Tasks),
            "");
  EXPECT_NE(first_problem("kernel @k { %0:i32 = const 1 }", Stage::Tasks).find("tasks alone"),
            std::string::npos);
  EXPECT_NE(first_problem("kernel @k { task serial { %0:i32 = const 1 %1:i32 = mod %0 %0 } }",
                          Stage::Tasks)
                .find("must be gone"),
            std::string::npos);
  EXPECT_NE(
      first_problem("kernel @k { task serial { continue } }", Stage::Tasks).find("not in a loop"),
      std::string::npos);
}

}  // namespace
}  // namespace tinsmith
