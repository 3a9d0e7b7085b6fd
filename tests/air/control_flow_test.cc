// SPDX-License-Identifier: Apache-2.0
// Random control flow: selections, switches with shared labels, loops that break, early returns,
// calls with pointers, phis everywhere. The CPU must give what Vulkan gives. Values are unsigned,
// so that every program has one right answer.
#include <gtest/gtest.h>

#include <random>
#include <spirv-tools/libspirv.hpp>

#include "../differential/shader.h"

namespace tinsmith::differential {

namespace {

// Writes one function: `cur` is the present value, `block` the label of the present block.
class FunctionWriter {
 public:
  FunctionWriter(std::minstd_rand& random, int number, int functions)
      : random_(random),
        prefix_("f" + std::to_string(number) + "_"),
        number_(number),
        functions_(functions) {}

  std::string write() {
    std::string name = "%f" + std::to_string(number_);
    line(name + " = OpFunction %uint None %function");
    line("%" + prefix_ + "p = OpFunctionParameter %to_uint");
    cur_ = "%" + prefix_ + "x";
    line(cur_ + " = OpFunctionParameter %uint");
    open(id());
    line("%" + prefix_ + "array = OpVariable %to_array Function %zeros");
    statements(2);
    line("OpReturnValue " + cur_);
    line("OpFunctionEnd");
    return text_;
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }
  std::string id() { return "%" + prefix_ + std::to_string(next_++); }
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  std::string value(const std::string& text) {
    std::string made = id();
    line(made + " = " + text);
    return made;
  }
  void open(const std::string& label) {
    line(label + " = OpLabel");
    block_ = label;
  }
  std::string some() { return "%c" + std::to_string(below(8)); }
  std::string is(const std::string& op, const std::string& a, const std::string& b) {
    return value("Op" + op + " %bool " + a + " " + b);
  }
  std::string bits(const std::string& mask) {
    return value("OpBitwiseAnd %uint " + cur_ + " " + mask);
  }

  void statements(int depth) {
    for (unsigned n = 1 + below(3); n > 0; --n) statement(depth);
  }
  void statement(int depth) {
    switch (below(depth > 0 ? 8 : 4)) {
      case 0: arithmetic(); break;
      case 1: memory(); break;
      case 2: element(); break;
      case 3: call(); break;
      case 4:
      case 5: selection(depth - 1); break;
      case 6: many_ways(depth - 1); break;
      default: loop(depth - 1); break;
    }
  }
  void arithmetic() {
    const char* const ops[] = {"IAdd", "ISub", "IMul", "BitwiseXor", "BitwiseOr"};
    cur_ = value("Op" + std::string(ops[below(5)]) + " %uint " + cur_ + " " + some());
  }
  void memory() {
    std::string old = value("OpLoad %uint %" + prefix_ + "p");
    line("OpStore %" + prefix_ + "p " + cur_);
    cur_ = value("OpIAdd %uint " + old + " " + cur_);
  }
  void element() {
    std::string at = value("OpAccessChain %to_uint %" + prefix_ + "array " + bits("%c7"));
    std::string old = value("OpLoad %uint " + at);
    line("OpStore " + at + " " + cur_);
    cur_ = value("OpBitwiseXor %uint " + old + " " + cur_);
  }
  void call() {  // only of later functions: there is no recursion
    if (number_ + 1 >= functions_) return arithmetic();
    int callee =
        number_ + 1 + static_cast<int>(below(static_cast<unsigned>(functions_ - number_ - 1)));
    cur_ = value("OpFunctionCall %uint %f" + std::to_string(callee) + " %" + prefix_ + "p " + cur_);
  }

  using Incoming = std::vector<std::pair<std::string, std::string>>;  // value, block
  void join(const std::string& label, const Incoming& incoming) {
    open(label);
    std::string phi = "OpPhi %uint";
    for (const auto& [from, block] : incoming) phi += " " + from + " " + block;
    cur_ = value(phi);
  }
  // What one way does from `label` to `merge`.
  void way(const std::string& label, const std::string& merge, int depth, Incoming& incoming) {
    open(label);
    statements(depth);
    if (below(6) == 0) {
      line("OpReturnValue " + cur_);
      return;
    }
    incoming.emplace_back(cur_, block_);
    line("OpBranch " + merge);
  }
  void selection(int depth) {
    std::string yes = id(), merge = id(), before = cur_;
    std::string condition = is("IEqual", bits("%c1"), "%c0");
    Incoming incoming = {{before, block_}};
    bool has_else = below(2) == 0;
    std::string no = has_else ? id() : merge;
    line("OpSelectionMerge " + merge + " None");
    line("OpBranchConditional " + condition + " " + yes + " " + no);
    if (has_else) incoming.clear();
    way(yes, merge, depth, incoming);
    cur_ = before;
    if (has_else) {
      Incoming more;
      way(no, merge, depth, more);
      incoming.insert(incoming.end(), more.begin(), more.end());
    }
    close(merge, incoming);
  }
  void close(const std::string& merge, const Incoming& incoming) {
    if (!incoming.empty()) return join(merge, incoming);
    open(merge);  // all ways return
    cur_ = "%c1";
  }
  void many_ways(int depth) {
    std::string merge = id(), shared = id(), other = id(), before = cur_;
    std::string selector = bits("%c7");
    Incoming incoming = {{before, block_}};
    line("OpSelectionMerge " + merge + " None");
    line("OpSwitch " + selector + " " + other + " 1 " + shared + " 2 " + shared + " 3 " + merge +
         " 4 " + merge);
    way(shared, merge, depth, incoming);
    cur_ = before;
    way(other, merge, depth, incoming);
    join(merge, incoming);
  }
  void loop(int depth) {
    std::string head = id(), body = id(), next = id(), merge = id(), rest = id();
    std::string start = cur_, before = block_, n = id(), carried = id(), n1 = id(), after = id();
    line("OpBranch " + head);
    open(head);
    line(carried + " = OpPhi %uint " + start + " " + before + " " + after + " " + next);
    line(n + " = OpPhi %uint %c0 " + before + " " + n1 + " " + next);
    std::string more = is("ULessThan", n, "%c" + std::to_string(1 + below(5)));
    line("OpLoopMerge " + merge + " " + next + " None");
    line("OpBranchConditional " + more + " " + body + " " + merge);
    open(body);
    cur_ = value("OpIAdd %uint " + carried + " " + n);
    statements(depth);
    std::string stop = is("IEqual", bits("%c7"), "%c5"), broken = cur_, from = block_;
    line("OpBranchConditional " + stop + " " + merge + " " + rest);
    open(rest);
    statements(0);
    line("OpBranch " + next);
    open(next);
    line(after + " = OpIAdd %uint " + cur_ + " %c1");
    line(n1 + " = OpIAdd %uint " + n + " %c1");
    line("OpBranch " + head);
    join(merge, {{carried, head}, {broken, from}});
  }

  std::minstd_rand& random_;
  std::string prefix_, text_, cur_, block_;
  int number_, functions_, next_ = 0;
};

std::string random_shader(unsigned seed) {
  std::minstd_rand random(seed + 1);
  std::string text = R"(
    OpCapability Shader
    OpMemoryModel Logical GLSL450
    OpEntryPoint GLCompute %main "main" %position
    OpExecutionMode %main LocalSize 8 1 1
    OpDecorate %position BuiltIn GlobalInvocationId
    OpDecorate %words ArrayStride 4
    OpMemberDecorate %block 0 Offset 0
    OpDecorate %block Block
    OpDecorate %in DescriptorSet 0
    OpDecorate %in Binding 0
    OpDecorate %out DescriptorSet 0
    OpDecorate %out Binding 1
    %void = OpTypeVoid
    %main_type = OpTypeFunction %void
    %bool = OpTypeBool
    %uint = OpTypeInt 32 0
    %uvec3 = OpTypeVector %uint 3
    %c0 = OpConstant %uint 0
    %c1 = OpConstant %uint 1
    %c2 = OpConstant %uint 2
    %c3 = OpConstant %uint 3
    %c4 = OpConstant %uint 4
    %c5 = OpConstant %uint 5
    %c6 = OpConstant %uint 40503
    %c7 = OpConstant %uint 7
    %c8 = OpConstant %uint 8
    %array = OpTypeArray %uint %c8
    %zeros = OpConstantNull %array
    %to_array = OpTypePointer Function %array
    %to_uint = OpTypePointer Function %uint
    %function = OpTypeFunction %uint %to_uint %uint
    %in_uvec3 = OpTypePointer Input %uvec3
    %words = OpTypeRuntimeArray %uint
    %block = OpTypeStruct %words
    %to_block = OpTypePointer StorageBuffer %block
    %to_word = OpTypePointer StorageBuffer %uint
    %position = OpVariable %in_uvec3 Input
    %in = OpVariable %to_block StorageBuffer
    %out = OpVariable %to_block StorageBuffer
    %main = OpFunction %void None %main_type
    %entry = OpLabel
    %local = OpVariable %to_uint Function %c3
    %xyz = OpLoad %uvec3 %position
    %i = OpCompositeExtract %uint %xyz 0
    %from = OpAccessChain %to_word %in %c0 %i
    %x = OpLoad %uint %from
    %result = OpFunctionCall %uint %f0 %local %x
    %rest = OpLoad %uint %local
    %sum = OpIAdd %uint %result %rest
    %to = OpAccessChain %to_word %out %c0 %i
    OpStore %to %sum
    OpReturn
    OpFunctionEnd
)";
  constexpr int kFunctions = 2;
  for (int i = 0; i < kFunctions; ++i) text += FunctionWriter(random, i, kFunctions).write();
  return text;
}

}  // namespace

TEST(ControlFlow, RandomProgramsGiveWhatVulkanGives) {
  spvtools::SpirvTools tools(SPV_ENV_VULKAN_1_1);
  std::string problem;
  tools.SetMessageConsumer([&](auto, auto, const spv_position_t& at, const char* message) {
    problem += std::to_string(at.line) + ": " + message + "\n";
  });
  constexpr unsigned kPrograms = 12, kThreads = 64;
  Words input(kThreads);
  for (unsigned i = 0; i < kThreads; ++i) input[i] = i * 2654435761u >> (i % 3 * 12);
  for (unsigned seed = 0; seed < kPrograms; ++seed) {
    Words shader;
    std::string text = random_shader(seed);
    ASSERT_TRUE(tools.Assemble(text, &shader)) << problem << text;
    ASSERT_TRUE(tools.Validate(shader)) << problem << text;
    Words output(kThreads, 0);
    Words cpu = run_on_cpu(shader, input, output, kThreads, phone_options());
    EXPECT_EQ(cpu, run_on_vulkan(shader, input, output, kThreads)) << "seed " << seed;
    if (HasFailure()) break;
  }
}

}  // namespace tinsmith::differential
