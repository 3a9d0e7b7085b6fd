// SPDX-License-Identifier: Apache-2.0
// Writes the words of one SPIR-V module. Sections are filled in any order and joined at the end;
// types, constants and pure operations exist once. Knows SPIR-V, nothing of the IR.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <spirv/unified1/spirv.hpp11>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tinsmith::spirv {

using Word = uint32_t;
using Words = std::vector<Word>;

class Assembler {
 public:
  Word new_id() { return next_id_++; }

  // --- Head of the module
  void capability(spv::Capability capability);
  void extension(std::string_view name);
  Word glsl();  // the extended instruction set GLSL.std.450
  void name(Word id, std::string_view text);
  void decorate(Word id, spv::Decoration decoration, std::initializer_list<Word> extra = {});
  void decorate_member(Word id, Word member, spv::Decoration decoration,
                       std::initializer_list<Word> extra = {});

  // --- Types. All but structs and strided arrays are one and the same for the same arguments.
  Word type_void() { return global(spv::Op::OpTypeVoid, 0, {}); }
  Word type_bool() { return global(spv::Op::OpTypeBool, 0, {}); }
  Word type_int(uint32_t width, bool is_signed);
  Word type_float(uint32_t width);
  Word type_vector(Word element, uint32_t n) {
    return global(spv::Op::OpTypeVector, 0, {element, n});
  }
  Word type_matrix(Word column, uint32_t n) {
    return global(spv::Op::OpTypeMatrix, 0, {column, n});
  }
  Word type_pointer(spv::StorageClass storage, Word pointee);
  Word type_array(Word element, uint32_t n);
  Word type_struct(std::span<const Word> members);  // anonymous, undecorated: values only
  // New ones, to be decorated.
  Word new_struct(std::span<const Word> members);
  Word new_runtime_array(Word element, uint32_t stride);
  Word new_array(Word element, uint32_t n, uint32_t stride);

  // --- Constants
  Word u32(uint32_t value) { return constant(type_int(32, false), value, 32); }
  Word i32(int32_t value) { return constant(type_int(32, true), static_cast<uint32_t>(value), 32); }
  // `bits` as they lie in memory; narrow signed integers sign-extended as SPIR-V wants them.
  Word constant(Word type, uint64_t bits, uint32_t width);
  Word constant_bool(bool value);
  Word undefined(Word type) { return global(spv::Op::OpUndef, type, {}); }

  // --- Variables
  Word global_variable(spv::StorageClass storage, Word pointee);
  Word local_variable(Word pointee);  // of the one function

  // --- Code of the one function
  void emit(spv::Op op, std::span<const Word> operands);
  void emit(spv::Op op, std::initializer_list<Word> operands) {
    emit(op, std::span(operands.begin(), operands.size()));
  }
  // With a result; a new operation each time.
  Word value(spv::Op op, Word type, std::initializer_list<Word> operands);
  // The same for operations without effect: reuses an equal one that is visible here.
  Word pure(spv::Op op, Word type, std::span<const Word> operands);
  Word pure(spv::Op op, Word type, std::initializer_list<Word> operands) {
    return pure(op, type, std::span(operands.begin(), operands.size()));
  }
  // What is made between open and close is not reused after.
  void open_scope() { scopes_.push_back(made_.size()); }
  void close_scope();

  // What follows comes from there.
  void line(std::string_view file, uint32_t line, uint32_t column);
  void no_line() { emit(spv::Op::OpNoLine, {}); }
  void label(Word id);
  void branch(Word target) { emit(spv::Op::OpBranch, {target}); }
  Word current_block() const { return block_; }

  // The module: entry point `main`, GLCompute, local size (group, 1, 1). `inputs` are the built-in
  // variables.
  Words finish(uint32_t group_size, std::span<const Word> inputs);

 private:
  struct Hash {
    size_t operator()(const Words& words) const;
  };
  Word global(spv::Op op, Word type, std::span<const Word> operands);
  Word global(spv::Op op, Word type, std::initializer_list<Word> operands) {
    return global(op, type, std::span(operands.begin(), operands.size()));
  }

  static constexpr Word kEntryBlock = 1;
  Word next_id_ = kEntryBlock + 1;
  Word glsl_ = 0, block_ = kEntryBlock;
  std::vector<spv::Capability> capability_list_;
  std::vector<std::string> extension_list_;
  std::unordered_map<std::string, Word> strings_by_text_;
  Words capabilities_, extensions_, strings_, names_, decorations_, globals_, locals_, code_;
  std::unordered_map<Words, Word, Hash> known_;  // types and constants
  std::unordered_map<Words, Word, Hash> values_;
  std::vector<Words> made_;  // keys of values_, in order
  std::vector<size_t> scopes_;
};

}  // namespace tinsmith::spirv
