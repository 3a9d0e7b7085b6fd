// SPDX-License-Identifier: Apache-2.0
// The lowering on real things: every task that genuine Taichi wrote, and shaders in the text of
// SPIR-V beside this file, with what becomes of them in NAME.ll (TINSMITH_UPDATE=1 writes those).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <spirv-tools/libspirv.hpp>
#include <sstream>

#include "air/air.h"
#include "air/lint.h"
#include "msl/msl.h"
#include "package/testing.h"

namespace tinsmith::air {

namespace {

namespace fs = std::filesystem;

Options for_target(const char* name, Numbering numbering = Numbering::Binding) {
  Options options;
  options.target = *metallib::target_from_name(name);
  options.numbering = numbering;
  return options;
}

std::string why(const Result<Lowered>& lowered) { return lowered ? "" : lowered.failure().what; }

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(package::testing::fixtures()))
    if (entry.is_directory() &&
        package::read(package::testing::fixture(entry.path().filename().string())))
      names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::vector<package::Task> all_tasks() {
  std::vector<package::Task> tasks;
  for (const std::string& name : fixture_names()) {
    package::Package package = package::testing::genuine(name);
    for (const package::Kernel& kernel : package.kernels)
      tasks.insert(tasks.end(), kernel.tasks.begin(), kernel.tasks.end());
  }
  return tasks;
}

// What would keep the loader of that system from taking it.
std::string lint_errors(const Lowered& lowered, const metallib::Target& target) {
  metallib::Library library;
  library.platform = target.platform;
  library.os_major = target.os;
  library.container = target.container;
  library.functions.push_back(lowered.function);
  Result<metallib::Bytes> file = metallib::write(library);
  if (!file) return file.failure().what;
  std::string findings;
  for (const Finding& finding : lint(*file, "lowered")) {
    if (finding.severity == Severity::Error)
      findings += finding.code + " " + finding.place + ": " + finding.message + "\n";
  }
  return findings;
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

package::Task task_from(const std::string& text) {
  package::Task task;
  task.name = "test";
  spvtools::SpirvTools tools(SPV_ENV_VULKAN_1_1);
  std::string problem;
  tools.SetMessageConsumer([&](auto, auto, const spv_position_t& at, const char* message) {
    problem = std::to_string(at.line) + ": " + message;
  });
  EXPECT_TRUE(tools.Assemble(text, &task.spirv)) << problem;
  return task;
}

fs::path folder() { return fs::path(TINSMITH_TEST_DATA).parent_path() / "air"; }

}  // namespace

TEST(Lower, TakesEveryGenuineTaskForEveryTarget) {
  for (const package::Task& task : all_tasks()) {
    for (const metallib::Target& target : metallib::targets()) {
      Options options = for_target(target.name.c_str());
      Result<Lowered> lowered = lower(task, "k", options);
      if (task.name.starts_with("root_f64")) {
        EXPECT_NE(why(lowered).find("f64 must become f32"), std::string::npos) << why(lowered);
        options.dialect = Dialect::Host;
        lowered = lower(task, "k", options);
        ASSERT_TRUE(lowered) << why(lowered);
        EXPECT_TRUE(lowered->needs_f64);
        continue;
      }
      ASSERT_TRUE(lowered) << why(lowered);
      EXPECT_FALSE(lowered->needs_f64);
      EXPECT_EQ(lint_errors(*lowered, target), "") << task.name << " for " << target.name;
    }
  }
}

TEST(Lower, GivesTheSameBytesAgain) {
  for (const package::Task& task : all_tasks()) {
    Options options = for_target("ios16");
    options.dialect = Dialect::Host;
    Result<Lowered> once = lower(task, "k", options), again = lower(task, "k", options);
    ASSERT_TRUE(once && again) << why(once);
    EXPECT_EQ(once->function.blob, again->function.blob) << task.name;
  }
}

TEST(Lower, NumbersBuffersAsTheMetalTextDoes) {
  size_t compared = 0;
  for (const package::Task& task : all_tasks()) {
    for (bool by_binding : {true, false}) {
      msl::Options text{*metallib::target_from_name("ios16"),
                        by_binding ? msl::Numbering::Binding : msl::Numbering::Automatic};
      Result<msl::Source> source = msl::convert(task, text);
      if (!source) continue;
      Result<Lowered> lowered = lower(
          task, "k", for_target("ios16", by_binding ? Numbering::Binding : Numbering::Automatic));
      ASSERT_TRUE(lowered) << why(lowered);
      ASSERT_EQ(lowered->indices.size(), source->buffers.size());
      for (size_t i = 0; i < lowered->indices.size(); ++i) {
        EXPECT_EQ(lowered->indices[i], source->buffers[i].index) << task.name << " buffer " << i;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 200u);
}

TEST(Lower, NamesTaskInstructionAndLineInErrors) {
  package::Task task = task_from(R"(
    OpCapability Shader
    OpMemoryModel Logical GLSL450
    OpEntryPoint GLCompute %main "main"
    OpExecutionMode %main LocalSize 1 1 1
    %file = OpString "blur.py"
    %void = OpTypeVoid
    %fn = OpTypeFunction %void
    %main = OpFunction %void None %fn
    %entry = OpLabel
    OpLine %file 12 3
    OpKill
    OpFunctionEnd)");
  EXPECT_EQ(why(lower(task, "k", for_target("ios16"))),
            "task test: word 41: OpKill, at blur.py:12: compute kernels have no such end");
}

TEST(Lower, RefusesRecursion) {
  package::Task task = task_from(R"(
    OpCapability Shader
    OpMemoryModel Logical GLSL450
    OpEntryPoint GLCompute %main "main"
    OpExecutionMode %main LocalSize 1 1 1
    %void = OpTypeVoid
    %fn = OpTypeFunction %void
    %main = OpFunction %void None %fn
    %entry = OpLabel
    %call = OpFunctionCall %void %main
    OpReturn
    OpFunctionEnd)");
  EXPECT_NE(why(lower(task, "k", for_target("ios16"))).find("recursion"), std::string::npos);
}

TEST(Lower, PassesOverDebugInformation) {
  package::Task task = task_from(R"(
    OpCapability Shader
    OpExtension "SPV_KHR_non_semantic_info"
    %debug = OpExtInstImport "NonSemantic.Shader.DebugInfo.100"
    OpMemoryModel Logical GLSL450
    OpEntryPoint GLCompute %main "main"
    OpExecutionMode %main LocalSize 1 1 1
    %file = OpString "a.comp"
    %void = OpTypeVoid
    %fn = OpTypeFunction %void
    %source = OpExtInst %void %debug DebugSource %file
    %main = OpFunction %void None %fn
    %entry = OpLabel
    %none = OpExtInst %void %debug DebugNoScope
    OpReturn
    OpFunctionEnd)");
  EXPECT_EQ(why(lower(task, "k", for_target("ios16"))), "");
}

TEST(Lower, RefusesThreadgroupsThatMetalDoesNotHave) {
  std::string text = R"(
    OpCapability Shader
    OpMemoryModel Logical GLSL450
    OpEntryPoint GLCompute %main "main"
    OpExecutionMode %main LocalSize 64 32 1
    %void = OpTypeVoid
    %fn = OpTypeFunction %void
    %uint = OpTypeInt 32 0
    %length = OpConstant %uint 8193
    %array = OpTypeArray %uint %length
    %pointer = OpTypePointer Workgroup %array
    %word = OpTypePointer Workgroup %uint
    %shared = OpVariable %pointer Workgroup
    %main = OpFunction %void None %fn
    %entry = OpLabel
    %first = OpAccessChain %word %shared %length
    OpStore %first %length
    OpReturn
    OpFunctionEnd)";
  EXPECT_NE(why(lower(task_from(text), "k", for_target("ios16"))).find("2048 threads"),
            std::string::npos);
  text.replace(text.find("64 32"), 5, "64 16");
  EXPECT_NE(why(lower(task_from(text), "k", for_target("ios16"))).find("32772 bytes"),
            std::string::npos);
  text.replace(text.find("8193"), 4, "8192");
  EXPECT_EQ(why(lower(task_from(text), "k", for_target("ios16"))), "");
}

TEST(Lower, TextsOfShaders) {
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() != ".spvasm") continue;
    package::Task task = task_from(text_of(entry.path()));
    Result<Lowered> lowered = lower(task, entry.path().stem(), for_target("ios16"));
    ASSERT_TRUE(lowered) << entry.path() << ": " << why(lowered);
    EXPECT_EQ(lint_errors(*lowered, *metallib::target_from_name("ios16")), "") << entry.path();
    Result<std::string> text = disassemble(lowered->function.blob);
    ASSERT_TRUE(text);
    fs::path expected = entry.path();
    expected.replace_extension(".ll");
    if (std::getenv("TINSMITH_UPDATE")) std::ofstream(expected) << *text;
    EXPECT_EQ(*text, text_of(expected)) << expected;
  }
}

}  // namespace tinsmith::air
