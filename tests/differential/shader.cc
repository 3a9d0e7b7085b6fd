// SPDX-License-Identifier: Apache-2.0
// The module is one block of words after the other; the roads are the product's own interfaces, and
// what is made for a phone must please the lint.
#include "shader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "air/lint.h"
#include "cpu/cpu.h"
#include "devices/devices.h"
#include "metallib/target.h"
#include "package/package.h"
#include "runtime/runtime.h"

namespace tinsmith::differential {

namespace {

using spv::Op;

const Kind kWord = {'u', 32, 1};

package::Task task_of(const Words& shader, unsigned threads) {
  package::Task task;
  task.name = "shader";
  task.type = package::TaskType::RangeFor;
  task.threads = threads;
  task.group_size = Shader::kGroup;
  for (uint32_t i = 0; i < 2; ++i) {
    task.buffers.push_back({i, package::BufferType::Root, {static_cast<int32_t>(i)}, false});
  }
  task.spirv = shader;
  return task;
}

const Result<std::shared_ptr<runtime::Device>>& vulkan() {
  static const auto opened = devices::open({.kind = runtime::DeviceKind::Vulkan,
                                            .name = "",
                                            .validation = true,
                                            .cache = {},
                                            .debug = {}});
  return opened;
}

// A library with this one function must be one that the lint finds nothing in.
void expect_clean(const metallib::Function& function) {
  metallib::Library library;
  library.functions.push_back(function);
  auto file = metallib::write(library);
  EXPECT_TRUE(file) << file.failure().what;
  if (!file) return;
  // Apple's compiler was never seen to use these, but others' libraries do, on real Macs (M0503);
  // and not every phone of iOS 16 has SIMD groups that exchange values (M0701).
  const char* const documented[] = {"@air.clz.",          "@air.ctz.",    "@air.popcount.",
                                    "@air.reverse_bits.", "@air.mul_hi.", "@air.simd_",
                                    "@air.quad_",         "@air.atomic."};
  for (const air::Finding& finding : air::lint(*file, "shader")) {
    const bool is_documented = std::ranges::any_of(documented, [&](const char* start) {
      return finding.place.find(start) != std::string::npos;
    });
    if ((finding.code == "M0503" || finding.code == "M0701") && is_documented) continue;
    ADD_FAILURE() << finding.code << " " << finding.place << ": " << finding.message;
  }
}

std::span<const std::byte> bytes_of(const Words& words) { return std::as_bytes(std::span(words)); }

}  // namespace

std::string name(Kind kind) {
  const std::string scalar = kind.of == 'b' ? "bool" : kind.of + std::to_string(kind.width);
  return (kind.lanes == 1 ? "" : "v" + std::to_string(kind.lanes)) + scalar;
}

Word Shader::buffer(Kind element, Word binding) {
  const Word array = asm_.new_runtime_array(type(element), 4);
  const Word block = asm_.new_struct(std::vector<Word>{array});
  asm_.decorate(block, spv::Decoration::Block);
  asm_.decorate_member(block, 0, spv::Decoration::Offset, {0});
  const Word variable = asm_.global_variable(spv::StorageClass::StorageBuffer, block);
  asm_.decorate(variable, spv::Decoration::DescriptorSet, {0});
  asm_.decorate(variable, spv::Decoration::Binding, {binding});
  return variable;
}

Shader::Shader(unsigned input_words, unsigned output_words, unsigned iterations)
    : input_words_(input_words), output_words_(output_words), iterations_(iterations) {
  input_ = buffer(kWord, 0);
  output_ = buffer(kWord, 1);
  thread_ = built_in_x(spv::BuiltIn::GlobalInvocationId);
  if (iterations != 0) open_loop(iterations);
}

Word Shader::built_in_x(spv::BuiltIn kind) {
  const Word three = asm_.type_vector(type(kWord), 3);
  inputs_.push_back(asm_.global_variable(spv::StorageClass::Input, three));
  asm_.decorate(inputs_.back(), spv::Decoration::BuiltIn, {static_cast<Word>(kind)});
  const Word all = asm_.value(Op::OpLoad, three, {inputs_.back()});
  return asm_.value(Op::OpCompositeExtract, type(kWord), {all, 0});
}

// As our compiler writes it, and genuine Taichi: from the thread's number on, by the grid's size.
void Shader::open_loop(unsigned iterations) {
  const Word groups = built_in_x(spv::BuiltIn::NumWorkgroups);
  const Word first = thread_, before = asm_.current_block(), body = asm_.new_id();
  loop_ = {asm_.new_id(), asm_.new_id(), asm_.new_id(), asm_.new_id(),
           binary(Op::OpIMul, kWord, groups, asm_.u32(kGroup))};
  thread_ = asm_.new_id();
  asm_.branch(loop_.header);
  asm_.label(loop_.header);
  asm_.emit(Op::OpPhi, {type(kWord), thread_, first, before, loop_.next_index, loop_.next});
  const Word more = binary(Op::OpULessThan, {'b', 32, 1}, thread_, asm_.u32(iterations));
  asm_.emit(Op::OpLoopMerge, {loop_.merge, loop_.next, 0});
  asm_.emit(Op::OpBranchConditional, {more, body, loop_.merge});
  asm_.label(body);
}

Word Shader::type(Kind kind) {
  const auto need = [&](spv::Capability capability) {
    if (capabilities_.insert(capability).second) asm_.capability(capability);
  };
  if (kind.width == 64) need(kind.of == 'f' ? spv::Capability::Float64 : spv::Capability::Int64);
  if (kind.width == 16) need(kind.of == 'f' ? spv::Capability::Float16 : spv::Capability::Int16);
  if (kind.width == 8) need(spv::Capability::Int8);
  const Word scalar = kind.of == 'b'   ? asm_.type_bool()
                      : kind.of == 'f' ? asm_.type_float(kind.width)
                                       : asm_.type_int(kind.width, kind.of == 's');
  return kind.lanes == 1 ? scalar : asm_.type_vector(scalar, kind.lanes);
}

Word Shader::constant(Kind kind, double value) {
  Words words(2);
  const Kind scalar = {kind.of, kind.width, 1};
  Word one = 0;
  if (kind.of == 'b') {
    one = asm_.constant_bool(value != 0);
  } else if (kind.of == 'f' && kind.width == 16) {  // the halves that tests use are short
    const uint32_t single = std::bit_cast<uint32_t>(static_cast<float>(value));
    const uint32_t sign = single >> 31 << 15, exponent = ((single >> 23) & 255);
    const uint32_t half =
        exponent == 0 ? sign : sign | (exponent - 112) << 10 | (single >> 13 & 1023);
    one = asm_.constant(type(scalar), half, 16);
  } else {
    put(scalar, words, 0, 0, value);
    if (kind.of == 's' && kind.width < 32)
      words[0] = static_cast<uint32_t>(static_cast<int>(value));
    one = asm_.constant(type(scalar), words[0] | uint64_t{words[1]} << 32, kind.width);
  }
  if (kind.lanes == 1) return one;
  std::vector<Word> operands(kind.lanes, one);
  return asm_.pure(Op::OpCompositeConstruct, type(kind), operands);
}

Word Shader::glsl(unsigned number, Kind result, std::initializer_list<Word> arguments) {
  std::vector<Word> operands = {type(result), asm_.new_id(), asm_.glsl(), number};
  operands.insert(operands.end(), arguments);
  asm_.emit(Op::OpExtInst, operands);
  return operands[1];
}

Word Shader::element_pointer(Word buffer, Kind element, Word index) {
  const Word pointer = asm_.type_pointer(spv::StorageClass::StorageBuffer, type(element));
  return asm_.value(Op::OpAccessChain, pointer, {buffer, asm_.u32(0), index});
}

Word Shader::place(unsigned words, unsigned slot) {
  if (iterations_ != 0) {
    return binary(Op::OpIAdd, kWord, asm_.u32(slot * iterations_), thread_);
  }
  const Word base = binary(Op::OpIMul, kWord, thread_, asm_.u32(words));
  return binary(Op::OpIAdd, kWord, base, asm_.u32(slot));
}

Word Shader::output_word(Word index) { return word_pointer(output_, index); }

Word Shader::output_float(Word index) {
  const Kind f32 = {'f', 32, 1};
  if (floats_ == 0) floats_ = buffer(f32, 1);
  return element_pointer(floats_, f32, index);
}

Word Shader::lane_from_words(Kind kind, unsigned slot) {
  const auto word = [&](unsigned i) {
    return asm_.value(Op::OpLoad, type(kWord), {word_pointer(input_, place(input_words_, i))});
  };
  const Word low = word(slot);
  if (kind.width == 64) {
    const Kind pair = {'u', 32, 2};
    const Word both = asm_.value(Op::OpCompositeConstruct, type(pair), {low, word(slot + 1)});
    return asm_.value(Op::OpBitcast, type({kind.of, 64, 1}), {both});
  }
  if (kind.of == 'b') return binary(Op::OpINotEqual, {'b', 32, 1}, low, asm_.u32(0));
  if (kind.of == 'f') {
    const Word single = asm_.value(Op::OpBitcast, type({'f', 32, 1}), {low});
    return kind.width == 32 ? single : asm_.value(Op::OpFConvert, type({'f', 16, 1}), {single});
  }
  if (kind.width == 32) {
    return kind.of == 'u' ? low : asm_.value(Op::OpBitcast, type({'s', 32, 1}), {low});
  }
  const Word narrow = asm_.value(Op::OpUConvert, type({'u', kind.width, 1}), {low});
  return kind.of == 'u' ? narrow : asm_.value(Op::OpBitcast, type({'s', kind.width, 1}), {narrow});
}

Word Shader::read(Kind kind, unsigned slot) {
  const Kind scalar = {kind.of, kind.width, 1};
  if (kind.lanes == 1) return lane_from_words(scalar, slot);
  std::vector<Word> operands = {type(kind), 0};
  for (unsigned i = 0; i < kind.lanes; ++i) {
    operands.push_back(lane_from_words(scalar, slot + i * scalar.words()));
  }
  operands[1] = asm_.new_id();
  asm_.emit(Op::OpCompositeConstruct, operands);
  return operands[1];
}

void Shader::write_lane(Kind kind, unsigned slot, Word value) {
  const auto store = [&](unsigned i, Word word) {
    asm_.emit(Op::OpStore, {output_word(place(output_words_, i)), word});
  };
  if (kind.width == 64) {
    const Word both = asm_.value(Op::OpBitcast, type({'u', 32, 2}), {value});
    for (unsigned i = 0; i < 2; ++i) {
      store(slot + i, asm_.value(Op::OpCompositeExtract, type(kWord), {both, i}));
    }
    return;
  }
  if (kind.of == 'b') {
    value = asm_.value(Op::OpSelect, type(kWord), {value, asm_.u32(1), asm_.u32(0)});
  } else if (kind.of == 'f') {
    if (kind.width == 16) value = asm_.value(Op::OpFConvert, type({'f', 32, 1}), {value});
    value = asm_.value(Op::OpBitcast, type(kWord), {value});
  } else {
    if (kind.width != 32) {
      const Op widen = kind.of == 's' ? Op::OpSConvert : Op::OpUConvert;
      value = asm_.value(widen, type({kind.of, 32, 1}), {value});
    }
    if (kind.of == 's') value = asm_.value(Op::OpBitcast, type(kWord), {value});
  }
  store(slot, value);
}

void Shader::write(Kind kind, unsigned slot, Word value) {
  const Kind scalar = {kind.of, kind.width, 1};
  if (kind.lanes == 1) return write_lane(scalar, slot, value);
  for (unsigned i = 0; i < kind.lanes; ++i) {
    const Word lane = asm_.value(Op::OpCompositeExtract, type(scalar), {value, i});
    write_lane(scalar, slot + i * scalar.words(), lane);
  }
}

Words Shader::finish() {
  if (loop_.header != 0) {
    asm_.branch(loop_.next);
    asm_.label(loop_.next);
    asm_.emit(Op::OpIAdd, {type(kWord), loop_.next_index, thread_, loop_.stride});
    asm_.branch(loop_.header);
    asm_.label(loop_.merge);
  }
  return asm_.finish(kGroup, inputs_);
}

air::Options host_options() {
  air::Options options = phone_options();
  options.dialect = air::Dialect::Host;
  return options;
}

air::Options phone_options() {
  auto target = metallib::target_from_name("ios16");
  EXPECT_TRUE(target);
  air::Options options;
  if (target) options.target = *target;
  return options;
}

Words run_on_cpu(const Words& shader, const Words& input, Words output, unsigned threads,
                 const air::Options& options) {
  auto lowered = air::lower(task_of(shader, threads), "main0", options);
  EXPECT_TRUE(lowered) << lowered.failure().what;
  if (!lowered) return {};
  if (options.dialect == air::Dialect::Metal) expect_clean(lowered->function);
  auto code = cpu::compile({.air = lowered->function.blob, .entry = "main0"}, {});
  EXPECT_TRUE(code) << code.failure().what;
  if (!code) return {};
  Words copy = input;
  void* buffers[2] = {copy.data(), output.data()};
  const cpu::Launch launch = {
      .buffers = buffers, .grid = {threads, 1, 1}, .group = {Shader::kGroup, 1, 1}};
  auto ran = (*code)->run(launch);
  EXPECT_TRUE(ran) << ran.failure().what;
  return output;
}

Words run_as_task(const Words& shader, const Words& input, Words output, unsigned threads,
                  unsigned lanes, unsigned parts) {
  auto lowered = air::lower(task_of(shader, threads), "main0", host_options());
  EXPECT_TRUE(lowered) << lowered.failure().what;
  if (!lowered) return {};
  cpu::Options options;
  options.lanes = lanes;
  auto code = cpu::compile(
      {.air = lowered->function.blob, .entry = "main0", .constants = {}, .any_grid = true},
      options);
  EXPECT_TRUE(code) << code.failure().what;
  if (!code) return {};
  Words copy = input;
  void* buffers[2] = {copy.data(), output.data()};
  const cpu::Launch launch = {
      .buffers = buffers, .grid = {threads, 1, 1}, .group = {Shader::kGroup, 1, 1}};
  if (!(*code)->divisible()) parts = 1;
  for (unsigned part = 0; part < parts; ++part) {
    auto ran = (*code)->run_part(launch, part, parts);
    EXPECT_TRUE(ran) << ran.failure().what;
  }
  return output;
}

Words run_on_vulkan(const Words& shader, const Words& input, Words output, unsigned threads) {
  EXPECT_TRUE(vulkan()) << vulkan().failure().what;
  if (!vulkan()) return {};
  package::Kernel kernel;
  kernel.name = "shader";
  kernel.tasks.push_back(task_of(shader, threads));
  auto module = runtime::Module::empty(*vulkan());
  EXPECT_TRUE(module);
  EXPECT_TRUE((*module)->add_tree(4 * input.size()));
  EXPECT_TRUE((*module)->add_tree(4 * output.size()));
  EXPECT_TRUE((*module)->root(0)->write(0, bytes_of(input)));
  EXPECT_TRUE((*module)->root(1)->write(0, bytes_of(output)));
  auto added = (*module)->add_kernel(kernel);
  EXPECT_TRUE(added) << added.failure().what;
  if (!added) return {};
  auto launched = (*added)->launch({});
  EXPECT_TRUE(launched) << launched.failure().what;
  EXPECT_TRUE((*vulkan())->wait());
  EXPECT_TRUE((*module)->root(1)->read(0, std::as_writable_bytes(std::span(output))));
  return output;
}

bool vulkan_can(const Words& shader) {
  if (!vulkan()) return false;
  const auto facts = package::inspect_spirv(shader);
  if (!facts) return false;
  const auto& features = (*vulkan())->info().features;
  return std::ranges::all_of(facts->capabilities, [&](const std::string& capability) {
    return capability == "Shader" || std::ranges::find(features, capability) != features.end();
  });
}

std::string refusal(const Words& shader, const air::Options& options) {
  auto lowered = air::lower(task_of(shader, Shader::kGroup), "main0", options);
  return lowered ? "" : lowered.failure().what;
}

Words planar(const Words& words, unsigned threads, unsigned slots) {
  Words result(words.size());
  for (unsigned i = 0; i < threads; ++i) {
    for (unsigned j = 0; j < slots; ++j) result[j * threads + i] = words[i * slots + j];
  }
  return result;
}

uint64_t bits_at(Kind kind, const Words& words, size_t slot, unsigned lane) {
  const size_t at = slot + lane * Kind{kind.of, kind.width, 1}.words();
  if (kind.width == 64) return words[at] | uint64_t{words[at + 1]} << 32;
  if (kind.of == 'f' || kind.of == 'b' || kind.width == 32) return words[at];
  return words[at] & ((1u << kind.width) - 1);
}

double number_at(Kind kind, const Words& words, size_t slot, unsigned lane) {
  const uint64_t bits = bits_at(kind, words, slot, lane);
  if (kind.of == 'f') {
    return kind.width == 64 ? std::bit_cast<double>(bits)
                            : std::bit_cast<float>(static_cast<uint32_t>(bits));
  }
  if (kind.of == 's') {
    const unsigned unused = 64 - kind.width;
    return static_cast<double>(static_cast<int64_t>(bits << unused) >> unused);
  }
  return static_cast<double>(bits);
}

void put(Kind kind, Words& words, size_t slot, unsigned lane, double value) {
  const size_t at = slot + lane * Kind{kind.of, kind.width, 1}.words();
  if (kind.of == 'f' && kind.width == 64) {
    const uint64_t bits = std::bit_cast<uint64_t>(value);
    words[at] = static_cast<uint32_t>(bits);
    words[at + 1] = static_cast<uint32_t>(bits >> 32);
  } else if (kind.of == 'f') {
    words[at] = std::bit_cast<uint32_t>(static_cast<float>(value));
  } else if (kind.of == 'b') {
    words[at] = value != 0;
  } else {
    const uint64_t bits = value < 0 ? static_cast<uint64_t>(static_cast<int64_t>(value))
                                    : static_cast<uint64_t>(value);
    words[at] = static_cast<uint32_t>(bits);
    if (kind.width < 32) words[at] &= (1u << kind.width) - 1;
    if (kind.width == 64) words[at + 1] = static_cast<uint32_t>(bits >> 32);
  }
}

}  // namespace tinsmith::differential
