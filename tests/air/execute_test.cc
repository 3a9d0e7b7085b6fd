// SPDX-License-Identifier: Apache-2.0
// Shaders in SPIR-V, lowered and run on the CPU: what their memory holds afterwards.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <spirv-tools/libspirv.hpp>
#include <vector>

#include "air/air.h"
#include "cpu/cpu.h"

namespace tinsmith::air {

namespace {

using Words = std::vector<uint32_t>;

// What all of them share: types, constants, the position in the grid as %i. `decorations` and
// `globals` come where SPIR-V wants them, `body` in a block of main.
struct Shader {
  std::string decorations, globals, body, functions, capabilities, inputs;
  spv_target_env version = SPV_ENV_VULKAN_1_1;
  std::string size = "OpExecutionMode %main LocalSize 4 1 1";

  std::string text() const {
    return "OpCapability Shader\n" + capabilities + R"(
      OpMemoryModel Logical GLSL450
      OpEntryPoint GLCompute %main "main" %position )" +
           inputs + R"(
      )" + size +
           R"(
      OpDecorate %position BuiltIn GlobalInvocationId
      OpDecorate %words ArrayStride 4
      OpMemberDecorate %block 0 Offset 0
      OpDecorate %block Block
      OpDecorate %out DescriptorSet 0
      OpDecorate %out Binding 0
      )" + decorations +
           R"(
      %void = OpTypeVoid
      %fn = OpTypeFunction %void
      %bool = OpTypeBool
      %int = OpTypeInt 32 1
      %uint = OpTypeInt 32 0
      %float = OpTypeFloat 32
      %v2 = OpTypeVector %float 2
      %v3 = OpTypeVector %float 3
      %v4 = OpTypeVector %float 4
      %uvec3 = OpTypeVector %uint 3
      %true = OpConstantTrue %bool
      %u0 = OpConstant %uint 0
      %u1 = OpConstant %uint 1
      %u2 = OpConstant %uint 2
      %u3 = OpConstant %uint 3
      %u4 = OpConstant %uint 4
      %u10 = OpConstant %uint 10
      %u264 = OpConstant %uint 264
      %f0 = OpConstant %float 0
      %f1 = OpConstant %float 1
      %f2 = OpConstant %float 2
      %in_uvec3 = OpTypePointer Input %uvec3
      %words = OpTypeRuntimeArray %uint
      %block = OpTypeStruct %words
      %to_block = OpTypePointer StorageBuffer %block
      %to_word = OpTypePointer StorageBuffer %uint
      %to_uint = OpTypePointer Function %uint
      %position = OpVariable %in_uvec3 Input
      %out = OpVariable %to_block StorageBuffer
      )" + globals +
           R"(
      %main = OpFunction %void None %fn
      %entry = OpLabel
      )" + body +
           R"(
      OpReturn
      OpFunctionEnd
      )" + functions;
  }
};

constexpr const char* kPosition =
    "\n%xyz = OpLoad %uvec3 %position\n %i = OpCompositeExtract %uint %xyz 0\n";
constexpr const char* kOut = "%to = OpAccessChain %to_word %out %u0 %i\n";

// Runs `threads` threads; buffers by binding. What could not be done fails the test.
void run(const Shader& shader, std::vector<Words*> buffers, uint32_t threads) {
  package::Task task;
  task.name = "test";
  spvtools::SpirvTools tools(shader.version);
  std::string problem;
  tools.SetMessageConsumer([&](auto, auto, const spv_position_t& at, const char* message) {
    problem += std::to_string(at.index) + ": " + message + "\n";
  });
  spvtools::ValidatorOptions validation;
  validation.SetScalarBlockLayout(true);
  ASSERT_TRUE(tools.Assemble(shader.text(), &task.spirv)) << problem;
  ASSERT_TRUE(tools.Validate(task.spirv.data(), task.spirv.size(), validation)) << problem;
  Options options;
  options.target = *metallib::target_from_name("ios16");
  Result<Lowered> lowered = lower(task, "k", options);
  ASSERT_TRUE(lowered) << lowered.failure().what;
  auto code = cpu::compile({.air = lowered->function.blob, .entry = "k"}, {});
  ASSERT_TRUE(code) << code.failure().what;
  std::vector<void*> addresses;
  for (Words* words : buffers) addresses.push_back(words->data());
  Result<> ran = (*code)->run({addresses, {threads, 1, 1}, {4, 1, 1}, {}});
  ASSERT_TRUE(ran) << ran.failure().what;
}

Words of(std::initializer_list<float> values) {
  Words out;
  for (float value : values) out.push_back(std::bit_cast<uint32_t>(value));
  return out;
}

}  // namespace

// struct { vec3 a; float b; layout(row_major) mat4x3 m; float w[3] stride 16; } and Particles
// { uint; struct { float x at 4; vec4 v at 16; } list[] stride 40 at 8 }.
TEST(Execute, ReadsAndWritesDecoratedLayouts) {
  Shader shader;
  shader.decorations = R"(
      OpMemberDecorate %Uniforms 0 Offset 0
      OpMemberDecorate %Uniforms 1 Offset 12
      OpMemberDecorate %Uniforms 2 Offset 16
      OpMemberDecorate %Uniforms 2 MatrixStride 16
      OpMemberDecorate %Uniforms 2 RowMajor
      OpMemberDecorate %Uniforms 3 Offset 64
      OpDecorate %Uniforms Block
      OpDecorate %weights ArrayStride 16
      OpDecorate %uniforms DescriptorSet 0
      OpDecorate %uniforms Binding 1
      OpMemberDecorate %Particle 0 Offset 4
      OpMemberDecorate %Particle 1 Offset 16
      OpDecorate %list ArrayStride 40
      OpMemberDecorate %Particles 0 Offset 0
      OpMemberDecorate %Particles 1 Offset 8
      OpDecorate %Particles Block
      OpDecorate %particles DescriptorSet 0
      OpDecorate %particles Binding 2)";
  shader.globals = R"(
      %m4x3 = OpTypeMatrix %v3 4
      %weights = OpTypeArray %float %u3
      %Uniforms = OpTypeStruct %v3 %float %m4x3 %weights
      %Particle = OpTypeStruct %float %v4
      %list = OpTypeRuntimeArray %Particle
      %Particles = OpTypeStruct %uint %list
      %to_uniforms = OpTypePointer Uniform %Uniforms
      %u_float = OpTypePointer Uniform %float
      %u_v3 = OpTypePointer Uniform %v3
      %u_m4x3 = OpTypePointer Uniform %m4x3
      %to_particles = OpTypePointer StorageBuffer %Particles
      %s_float = OpTypePointer StorageBuffer %float
      %s_v4 = OpTypePointer StorageBuffer %v4
      %uniforms = OpVariable %to_uniforms Uniform
      %particles = OpVariable %to_particles StorageBuffer)";
  shader.body = std::string(kPosition) + R"(
      %c_at = OpAccessChain %u_v3 %uniforms %u2 %i
      %c = OpLoad %v3 %c_at
      %cz = OpCompositeExtract %float %c 2
      %m_at = OpAccessChain %u_m4x3 %uniforms %u2
      %m = OpLoad %m4x3 %m_at
      %m31 = OpCompositeExtract %float %m 3 1
      %e_at = OpAccessChain %u_float %uniforms %u2 %u1 %i
      %e = OpLoad %float %e_at
      %w_at = OpAccessChain %u_float %uniforms %u3 %i
      %w = OpLoad %float %w_at
      %a_at = OpAccessChain %u_v3 %uniforms %u0
      %a = OpLoad %v3 %a_at
      %ai = OpVectorExtractDynamic %float %a %i
      %b_at = OpAccessChain %u_float %uniforms %u1
      %b = OpLoad %float %b_at
      %x_at = OpAccessChain %s_float %particles %u1 %i %u0
      %sum = OpFAdd %float %ai %b
      OpStore %x_at %sum
      %v_at = OpAccessChain %s_v4 %particles %u1 %i %u1
      %v = OpCompositeConstruct %v4 %cz %e %w %m31
      OpStore %v_at %v
      %vi_at = OpAccessChain %s_float %particles %u1 %i %u1 %i
      %old = OpLoad %float %vi_at
      %twice = OpFMul %float %old %f2
      OpStore %vi_at %twice)";
  // a = 1 2 3, b = 100, rows of m = 10 11 12 13 / 20 … / 30 …, w = 5 6 7
  Words uniforms = of({1,  2,  3, 100, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31,
                       32, 33, 5, 0,   0,  0,  6,  0,  0,  0,  7,  0,  0,  0});
  Words particles(2 + 10 * 3, 0), unused(4);
  run(shader, {&unused, &uniforms, &particles}, 3);
  Words expected(2 + 10 * 3, 0);
  for (uint32_t i = 0; i < 3; ++i) {
    // m[1][i] is column 1, row i.
    float v[] = {30.0f + float(i), 11.0f + 10.0f * float(i), 5.0f + float(i), 23.0f};
    v[i] *= 2;
    expected[2 + 10 * i + 1] = std::bit_cast<uint32_t>(101.0f + float(i));
    std::memcpy(&expected[2 + 10 * i + 4], v, sizeof v);
  }
  EXPECT_EQ(particles, expected);
}

TEST(Execute, CallsWithPointersSwitchesAndPhis) {
  Shader shader;
  shader.globals = R"(
      %pick_type = OpTypeFunction %uint %to_uint %uint)";
  shader.body = R"(
      %local = OpVariable %to_uint Function %u10)" +
                std::string(kPosition) + kOut + R"(
      %a = OpFunctionCall %uint %pick %local %i
      %b = OpFunctionCall %uint %pick %local %a
      %c = OpLoad %uint %local
      %b100 = OpIMul %uint %b %u264
      %sum = OpIAdd %uint %b100 %c
      OpStore %to %sum)";
  shader.functions = R"(
      %pick = OpFunction %uint None %pick_type
      %pointer = OpFunctionParameter %to_uint
      %selector = OpFunctionParameter %uint
      %open = OpLabel
      %before = OpLoad %uint %pointer
      OpSelectionMerge %join None
      OpSwitch %selector %otherwise 1 %few 2 %few 9 %join
      %few = OpLabel
      OpStore %pointer %selector
      OpBranch %join
      %otherwise = OpLabel
      OpReturnValue %u4
      %join = OpLabel
      %value = OpPhi %uint %before %few %u1 %open
      OpReturnValue %value
      OpFunctionEnd)";
  Words out(10);
  run(shader, {&out}, 10);
  auto pick = [](uint32_t& at, uint32_t selector) {
    uint32_t before = at;
    if (selector == 9) return 1u;
    if (selector != 1 && selector != 2) return 4u;
    at = selector;
    return before;
  };
  for (uint32_t i = 0; i < 10; ++i) {
    uint32_t local = 10, a = pick(local, i), b = pick(local, a);
    EXPECT_EQ(out[i], b * 264 + local) << i;
  }
}

TEST(Execute, TruthValuesInMemory) {
  Shader shader;
  shader.globals = R"(
      %bool3 = OpTypeVector %bool 3
      %flags_type = OpTypeArray %bool3 %u4
      %private_flags = OpTypePointer Private %flags_type
      %private_bool = OpTypePointer Private %bool
      %none = OpConstantNull %flags_type
      %flags = OpVariable %private_flags Private %none)";
  shader.body = std::string(kPosition) + kOut + R"(
      %at = OpAccessChain %private_bool %flags %i %u1
      OpStore %at %true
      %all = OpLoad %flags_type %flags
      %f2_ = OpCompositeExtract %bool %all 2 1
      %f3 = OpCompositeExtract %bool %all 3 1
      %f20 = OpCompositeExtract %bool %all 2 0
      %a = OpSelect %uint %f2_ %u1 %u0
      %b = OpSelect %uint %f3 %u2 %u0
      %c = OpSelect %uint %f20 %u4 %u0
      %ab = OpIAdd %uint %a %b
      %abc = OpIAdd %uint %ab %c
      OpStore %to %abc)";
  Words out(4, 77);
  run(shader, {&out}, 4);
  EXPECT_EQ(out, (Words{0, 0, 1, 2}));
}

// The same struct in std140 and std430 is two types; OpCopyLogical goes from one to the other.
TEST(Execute, CopiesStructsBetweenLayouts) {
  Shader shader;
  shader.version = SPV_ENV_VULKAN_1_1_SPIRV_1_4;  // which lists all variables in the interface
  shader.inputs = "%out %a %b";
  shader.decorations = R"(
      OpDecorate %array140 ArrayStride 16
      OpDecorate %array430 ArrayStride 4
      OpMemberDecorate %A 0 Offset 0
      OpMemberDecorate %A 1 Offset 32
      OpDecorate %A Block
      OpMemberDecorate %B 0 Offset 0
      OpMemberDecorate %B 1 Offset 8
      OpDecorate %B Block
      OpDecorate %a DescriptorSet 0
      OpDecorate %a Binding 1
      OpDecorate %b DescriptorSet 0
      OpDecorate %b Binding 2)";
  shader.globals = R"(
      %array140 = OpTypeArray %float %u2
      %array430 = OpTypeArray %float %u2
      %A = OpTypeStruct %array140 %v3
      %B = OpTypeStruct %array430 %v3
      %to_A = OpTypePointer Uniform %A
      %to_B = OpTypePointer StorageBuffer %B
      %a = OpVariable %to_A Uniform
      %b = OpVariable %to_B StorageBuffer)";
  shader.body = R"(
      %whole = OpLoad %A %a
      %same = OpCopyLogical %B %whole
      OpStore %b %same)";
  Words a = of({1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 5, 0}), b(6, 9), unused(1);
  run(shader, {&unused, &a, &b}, 1);
  Words expected = of({1, 2, 3, 4, 5});
  expected.push_back(9);
  EXPECT_EQ(b, expected);
}

// One binding as words and as vectors; a write by one is seen by the other.
TEST(Execute, TwoViewsOfOneBuffer) {
  Shader shader;
  shader.decorations = R"(
      OpDecorate %vectors ArrayStride 8
      OpMemberDecorate %view 0 Offset 0
      OpDecorate %view Block
      OpDecorate %seen DescriptorSet 0
      OpDecorate %seen Binding 0
      OpDecorate %seen Aliased
      OpDecorate %out Aliased)";
  shader.globals = R"(
      %uvec2 = OpTypeVector %uint 2
      %vectors = OpTypeRuntimeArray %uvec2
      %view = OpTypeStruct %vectors
      %to_view = OpTypePointer StorageBuffer %view
      %to_uvec2 = OpTypePointer StorageBuffer %uvec2
      %seen = OpVariable %to_view StorageBuffer)";
  shader.body = std::string(kPosition) + R"(
      %first = OpIMul %uint %i %u2
      %to = OpAccessChain %to_word %out %u0 %first
      OpStore %to %u10
      %at = OpAccessChain %to_uvec2 %seen %u0 %i
      %pair = OpLoad %uvec2 %at
      %swapped = OpVectorShuffle %uvec2 %pair %pair 1 0
      OpStore %at %swapped)";
  Words out = {1, 2, 3, 4};
  run(shader, {&out}, 2);
  EXPECT_EQ(out, (Words{2, 10, 4, 10}));
}

TEST(Execute, SpecialisationConstantsHaveTheirDefaults) {
  Shader shader;
  shader.decorations = "OpDecorate %n SpecId 7\nOpDecorate %on SpecId 8\n";
  shader.globals = R"(
      %n = OpSpecConstant %uint 3
      %on = OpSpecConstantTrue %bool
      %n1 = OpSpecConstantOp %uint IAdd %n %u1
      %chosen = OpSpecConstantOp %uint Select %on %n1 %u0
      %pair_type = OpTypeStruct %uint %uint
      %pair = OpSpecConstantComposite %pair_type %chosen %n
      %array = OpTypeArray %uint %n1
      %to_array = OpTypePointer Function %array)";
  shader.body = R"(
      %local = OpVariable %to_array Function)" +
                std::string(kPosition) + kOut + R"(
      %a = OpCompositeExtract %uint %pair 0
      %b = OpCompositeExtract %uint %pair 1
      %at = OpAccessChain %to_uint %local %b
      OpStore %at %a
      %last = OpAccessChain %to_uint %local %u3
      %c = OpLoad %uint %last
      %sum = OpIAdd %uint %c %b
      OpStore %to %sum)";
  Words out(1);
  run(shader, {&out}, 1);
  EXPECT_EQ(out[0], 7u);
}

// Each group adds up the positions of its threads in memory that they share.
TEST(Execute, WorkgroupMemoryAndBarriers) {
  Shader shader;
  shader.inputs = "%local";
  shader.decorations = "OpDecorate %local BuiltIn LocalInvocationId\n";
  shader.globals = R"(
      %local = OpVariable %in_uvec3 Input
      %shared_type = OpTypeArray %uint %u4
      %w_shared = OpTypePointer Workgroup %shared_type
      %w_uint = OpTypePointer Workgroup %uint
      %shared = OpVariable %w_shared Workgroup)";
  shader.body = std::string(kPosition) + kOut + R"(
      %lxyz = OpLoad %uvec3 %local
      %l = OpCompositeExtract %uint %lxyz 0
      %mine = OpAccessChain %w_uint %shared %l
      OpStore %mine %i
      OpControlBarrier %u2 %u2 %u264
      %a_at = OpAccessChain %w_uint %shared %u0
      %a = OpLoad %uint %a_at
      %b_at = OpAccessChain %w_uint %shared %u3
      %b = OpLoad %uint %b_at
      %sum = OpIAdd %uint %a %b
      OpStore %to %sum)";
  Words out(8);
  run(shader, {&out}, 8);
  EXPECT_EQ(out, (Words{3, 3, 3, 3, 11, 11, 11, 11}));
}

TEST(Execute, SmallAndLargeIntegersAndAPushConstant) {
  Shader shader;
  shader.capabilities =
      "OpCapability Int8\nOpCapability Int64\nOpCapability StorageBuffer8BitAccess\n"
      "OpExtension \"SPV_KHR_8bit_storage\"\n";
  shader.decorations = R"(
      OpDecorate %bytes ArrayStride 1
      OpMemberDecorate %byte_block 0 Offset 0
      OpDecorate %byte_block Block
      OpDecorate %in DescriptorSet 0
      OpDecorate %in Binding 1
      OpMemberDecorate %Push 0 Offset 0
      OpMemberDecorate %Push 1 Offset 8
      OpDecorate %Push Block)";
  shader.globals = R"(
      %i8 = OpTypeInt 8 1
      %i64 = OpTypeInt 64 1
      %bytes = OpTypeRuntimeArray %i8
      %byte_block = OpTypeStruct %bytes
      %to_bytes = OpTypePointer StorageBuffer %byte_block
      %to_byte = OpTypePointer StorageBuffer %i8
      %in = OpVariable %to_bytes StorageBuffer
      %Push = OpTypeStruct %uint %i64
      %to_push = OpTypePointer PushConstant %Push
      %p_i64 = OpTypePointer PushConstant %i64
      %push = OpVariable %to_push PushConstant
      %five = OpConstant %i64 5000000000)";
  shader.body = std::string(kPosition) + kOut + R"(
      %byte_at = OpAccessChain %to_byte %in %u0 %i
      %byte = OpLoad %i8 %byte_at
      %wide = OpSConvert %i64 %byte
      %limit_at = OpAccessChain %p_i64 %push %u1
      %limit = OpLoad %i64 %limit_at
      %sum = OpIAdd %i64 %wide %limit
      OpSelectionMerge %join None
      OpSwitch %sum %other 4999999999 %less 5000000001 %more
      %less = OpLabel
      OpBranch %join
      %more = OpLabel
      OpBranch %join
      %other = OpLabel
      OpBranch %join
      %join = OpLabel
      %result = OpPhi %uint %u1 %less %u2 %more %u3 %other
      OpStore %to %result)";
  Words out(3), bytes = {0x000100ff}, push = {0, 0, 0x2a05f200, 1};  // -1 1 0; 5000000000
  run(shader, {&out, &bytes, &push}, 3);
  EXPECT_EQ(out, (Words{1, 3, 2}));
}

}  // namespace tinsmith::air
