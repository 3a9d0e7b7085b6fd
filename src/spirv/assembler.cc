// SPDX-License-Identifier: Apache-2.0
// Encoding: an instruction is a word of length and opcode and then its operands; a module is its
// header and the sections in the order of the SPIR-V specification, §2.4.
#include "spirv/assembler.h"

#include <algorithm>

#include "support/check.h"

namespace tinsmith::spirv {

namespace {

constexpr Word kVersion = 0x10300;

void append(Words& section, spv::Op op, std::span<const Word> operands) {
  section.push_back(static_cast<Word>(operands.size() + 1) << spv::WordCountShift |
                    static_cast<Word>(op));
  section.insert(section.end(), operands.begin(), operands.end());
}

void append(Words& section, spv::Op op, std::initializer_list<Word> operands) {
  append(section, op, std::span(operands.begin(), operands.size()));
}

// Text as SPIR-V has it: four bytes a word, little end first, ending in a zero byte.
void append_text(Words& words, std::string_view text) {
  for (size_t i = 0; i <= text.size(); i += 4) {
    Word word = 0;
    for (size_t k = 0; k < 4 && i + k < text.size(); ++k)
      word |= Word{static_cast<unsigned char>(text[i + k])} << 8 * k;
    words.push_back(word);
  }
}

}  // namespace

size_t Assembler::Hash::operator()(const Words& words) const {
  uint64_t h = 0xcbf29ce484222325;
  for (Word word : words) h = (h ^ word) * 0x100000001b3;
  return h;
}

void Assembler::capability(spv::Capability capability) {
  if (std::ranges::find(capability_list_, capability) != capability_list_.end()) return;
  capability_list_.push_back(capability);
  append(capabilities_, spv::Op::OpCapability, {static_cast<Word>(capability)});
}

void Assembler::extension(std::string_view name) {
  if (std::ranges::find(extension_list_, name) != extension_list_.end()) return;
  extension_list_.emplace_back(name);
  Words text;
  append_text(text, name);
  append(extensions_, spv::Op::OpExtension, text);
}

Word Assembler::glsl() {
  if (!glsl_) glsl_ = new_id();
  return glsl_;
}

void Assembler::name(Word id, std::string_view text) {
  Words words = {id};
  append_text(words, text);
  append(names_, spv::Op::OpName, words);
}

void Assembler::decorate(Word id, spv::Decoration decoration, std::initializer_list<Word> extra) {
  Words words = {id, static_cast<Word>(decoration)};
  words.insert(words.end(), extra);
  append(decorations_, spv::Op::OpDecorate, words);
}

void Assembler::decorate_member(Word id, Word member, spv::Decoration decoration,
                                std::initializer_list<Word> extra) {
  Words words = {id, member, static_cast<Word>(decoration)};
  words.insert(words.end(), extra);
  append(decorations_, spv::Op::OpMemberDecorate, words);
}

Word Assembler::global(spv::Op op, Word type, std::span<const Word> operands) {
  Words key = {static_cast<Word>(op), type};
  key.insert(key.end(), operands.begin(), operands.end());
  Word& id = known_[key];
  if (id) return id;
  id = new_id();
  Words words;
  if (type) words.push_back(type);
  words.push_back(id);
  words.insert(words.end(), operands.begin(), operands.end());
  append(globals_, op, words);
  return id;
}

Word Assembler::type_int(uint32_t width, bool is_signed) {
  if (width == 8) capability(spv::Capability::Int8);
  if (width == 16) capability(spv::Capability::Int16);
  if (width == 64) capability(spv::Capability::Int64);
  return global(spv::Op::OpTypeInt, 0, {width, is_signed});
}

Word Assembler::type_float(uint32_t width) {
  if (width == 16) capability(spv::Capability::Float16);
  if (width == 64) capability(spv::Capability::Float64);
  return global(spv::Op::OpTypeFloat, 0, {width});
}

Word Assembler::type_pointer(spv::StorageClass storage, Word pointee) {
  return global(spv::Op::OpTypePointer, 0, {static_cast<Word>(storage), pointee});
}

Word Assembler::type_array(Word element, uint32_t n) {
  return global(spv::Op::OpTypeArray, 0, {element, u32(n)});
}

Word Assembler::type_struct(std::span<const Word> members) {
  return global(spv::Op::OpTypeStruct, 0, members);
}

Word Assembler::new_struct(std::span<const Word> members) {
  Words words = {new_id()};
  words.insert(words.end(), members.begin(), members.end());
  append(globals_, spv::Op::OpTypeStruct, words);
  return words[0];
}

Word Assembler::new_runtime_array(Word element, uint32_t stride) {
  Word id = new_id();
  append(globals_, spv::Op::OpTypeRuntimeArray, {id, element});
  decorate(id, spv::Decoration::ArrayStride, {stride});
  return id;
}

Word Assembler::new_array(Word element, uint32_t n, uint32_t stride) {
  Word length = u32(n);
  Word id = new_id();
  append(globals_, spv::Op::OpTypeArray, {id, element, length});
  decorate(id, spv::Decoration::ArrayStride, {stride});
  return id;
}

Word Assembler::constant(Word type, uint64_t bits, uint32_t width) {
  if (width <= 32) return global(spv::Op::OpConstant, type, {static_cast<Word>(bits)});
  return global(spv::Op::OpConstant, type,
                {static_cast<Word>(bits), static_cast<Word>(bits >> 32)});
}

Word Assembler::constant_bool(bool value) {
  return global(value ? spv::Op::OpConstantTrue : spv::Op::OpConstantFalse, type_bool(), {});
}

Word Assembler::global_variable(spv::StorageClass storage, Word pointee) {
  Word type = type_pointer(storage, pointee);
  Word id = new_id();
  append(globals_, spv::Op::OpVariable, {type, id, static_cast<Word>(storage)});
  return id;
}

Word Assembler::local_variable(Word pointee) {
  Word type = type_pointer(spv::StorageClass::Function, pointee);
  Word id = new_id();
  append(locals_, spv::Op::OpVariable, {type, id, static_cast<Word>(spv::StorageClass::Function)});
  return id;
}

void Assembler::line(std::string_view file, uint32_t line, uint32_t column) {
  Word& id = strings_by_text_[std::string(file)];
  if (!id) {
    id = new_id();
    Words words = {id};
    append_text(words, file);
    append(strings_, spv::Op::OpString, words);
  }
  emit(spv::Op::OpLine, {id, line, column});
}

void Assembler::emit(spv::Op op, std::span<const Word> operands) { append(code_, op, operands); }

Word Assembler::value(spv::Op op, Word type, std::initializer_list<Word> operands) {
  Words words = {type, new_id()};
  words.insert(words.end(), operands);
  append(code_, op, words);
  return words[1];
}

Word Assembler::pure(spv::Op op, Word type, std::span<const Word> operands) {
  Words key = {static_cast<Word>(op), type};
  key.insert(key.end(), operands.begin(), operands.end());
  if (auto known = values_.find(key); known != values_.end()) return known->second;
  Word id = new_id();
  Words words = {type, id};
  words.insert(words.end(), operands.begin(), operands.end());
  append(code_, op, words);
  values_.emplace(key, id);
  made_.push_back(std::move(key));
  return id;
}

void Assembler::close_scope() {
  for (; made_.size() > scopes_.back(); made_.pop_back()) values_.erase(made_.back());
  scopes_.pop_back();
}

void Assembler::label(Word id) {
  block_ = id;
  emit(spv::Op::OpLabel, {id});
}

Words Assembler::finish(uint32_t group_size, std::span<const Word> inputs) {
  TS_CHECK(scopes_.empty(), "a scope of the SPIR-V code was left open");
  Word void_type = type_void();
  Word function_type = global(spv::Op::OpTypeFunction, 0, {void_type});
  Word main = new_id();
  auto word = [](auto enumerator) { return static_cast<Word>(enumerator); };

  Words module = {spv::MagicNumber, kVersion, 0, 0, 0};
  append(module, spv::Op::OpCapability, {word(spv::Capability::Shader)});
  module.insert(module.end(), capabilities_.begin(), capabilities_.end());
  module.insert(module.end(), extensions_.begin(), extensions_.end());
  if (glsl_) {
    Words import = {glsl_};
    append_text(import, "GLSL.std.450");
    append(module, spv::Op::OpExtInstImport, import);
  }
  append(module, spv::Op::OpMemoryModel,
         {word(spv::AddressingModel::Logical), word(spv::MemoryModel::GLSL450)});
  Words entry_point = {word(spv::ExecutionModel::GLCompute), main};
  append_text(entry_point, "main");
  entry_point.insert(entry_point.end(), inputs.begin(), inputs.end());
  append(module, spv::Op::OpEntryPoint, entry_point);
  append(module, spv::Op::OpExecutionMode,
         {main, word(spv::ExecutionMode::LocalSize), group_size, 1, 1});
  for (const Words* section : {&strings_, &names_, &decorations_, &globals_})
    module.insert(module.end(), section->begin(), section->end());
  append(module, spv::Op::OpFunction, {void_type, main, 0, function_type});
  append(module, spv::Op::OpLabel, {kEntryBlock});
  for (const Words* section : {&locals_, &code_})
    module.insert(module.end(), section->begin(), section->end());
  append(module, spv::Op::OpReturn, {});
  append(module, spv::Op::OpFunctionEnd, {});
  module[3] = next_id_;
  return module;
}

}  // namespace tinsmith::spirv
