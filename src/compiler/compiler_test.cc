// SPDX-License-Identifier: Apache-2.0
#include "compiler/compiler.h"

#include <gtest/gtest.h>

#include "spirv/spirv.h"

namespace tinsmith::compiler {
namespace {

Result<package::Kernel> compile_text(std::string_view text, const Options& options = {}) {
  Module module;
  Diagnostics diags;
  SourceFiles sources;
  FileId file = sources.add("test.ir", text);
  EXPECT_TRUE(parse(text, file, module, diags)) << render(diags, sources);
  return compile(module, "k_c80_0", options, diags);
}

constexpr std::string_view kSquares = R"(
field @x: f32[16] at 0
field @loss: f32 at 64

kernel @squares {
  %zero:i32 = const 0
  %end:i32 = const 16
  %total:*f32 = field_ptr @loss
  %none:f32 = const 0.0
  store %total %none
  parallel_for %zero %end over_field { (%i:i32)
    %p:*f32 = field_ptr @x %i
    %v:f32 = load %p
    %square:f32 = mul %v %v
    %loss:*f32 = field_ptr @loss
    atomic_add %loss %square
  }
}
)";

TEST(Compile, MakesATaskForTheSerialPartAndOneForTheLoop) {
  Result<package::Kernel> kernel = compile_text(kSquares);
  ASSERT_TRUE(kernel) << kernel.failure().what;
  ASSERT_EQ(kernel->tasks.size(), 2u);
  EXPECT_EQ(kernel->tasks[0].name, "k_c80_0_0_t00");
  EXPECT_EQ(kernel->tasks[0].type, package::TaskType::Serial);
  EXPECT_EQ(kernel->tasks[1].name, "k_c80_0_1_t01");
  EXPECT_EQ(kernel->tasks[1].type, package::TaskType::RangeFor);
  EXPECT_EQ(kernel->tasks[1].threads, 16u);
  EXPECT_EQ(kernel->tasks[1].group_size, 16u);
  ASSERT_EQ(kernel->tasks[1].buffers.size(), 1u);
  EXPECT_EQ(kernel->tasks[1].buffers[0].binding, 2u);
}

TEST(Compile, ReportsEveryStepInOrder) {
  std::vector<std::string> seen;
  Options options;
  options.gradient = true;
  options.on_step = [&](std::string_view step, const std::string& ir) {
    EXPECT_NE(ir.find("kernel @k_c80_0"), std::string::npos);
    seen.emplace_back(step);
  };
  std::string text(kSquares);
  text.insert(text.find("at 0") + 4, " grad @x_grad");
  text.insert(text.find("at 64") + 5,
              " grad @loss_grad\nfield @x_grad: f32[16] at 128\nfield @loss_grad: f32 at 192");
  Result<package::Kernel> kernel = compile_text(text, options);
  ASSERT_TRUE(kernel) << kernel.failure().what;
  EXPECT_EQ(seen, std::vector<std::string>(steps().begin(), steps().end()));
}

TEST(Compile, NamesWhatSpirvCannotDo) {
  Result<package::Kernel> kernel = compile_text(R"(
field @flags: u8[3] at 0
field @sum: f32 at 3
kernel @k {
  %0:i32 = const 0  %9:i32 = const 9
  parallel_for %0 %9 { (%i:i32)
    %p:*f32 = field_ptr @sum
    %v:f32 = cast %i
    atomic_add %p %v
  }
})");
  ASSERT_FALSE(kernel);
  EXPECT_EQ(
      kernel.failure().what,
      "kernel 'k_c80_0' cannot become SPIR-V: atomic_add on a f32 field that is not aligned to its "
      "size (fields lie in order of their sizes: pad the smaller ones to whole words)");
}

TEST(Compile, MakesNoTaskOfAnEmptyKernel) {
  Result<package::Kernel> kernel = compile_text("kernel @nothing { %a:i32 = const 3 }");
  ASSERT_TRUE(kernel) << kernel.failure().what;
  EXPECT_TRUE(kernel->tasks.empty());
}

}  // namespace
}  // namespace tinsmith::compiler
