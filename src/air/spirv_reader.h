// SPDX-License-Identifier: Apache-2.0
// A SPIR-V module as tables: types, constants, decorations, functions, blocks. Written for the
// lowering; whatever it cannot make sense of is a failure with the place, so that what follows may
// index freely. Forms are checked here, types of operands where they are used.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <spirv/unified1/spirv.hpp11>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace tinsmith::air {

// An instruction within the words of the module. `operands` leaves result type and result out.
struct Instruction {
  spv::Op op = spv::Op::OpNop;
  uint32_t offset = 0;  // in words from the start of the module
  uint32_t type = 0;    // result type, 0: none
  uint32_t result = 0;  // 0: none
  std::span<const uint32_t> operands;
  uint32_t file = 0, line = 0;  // of OpLine; line 0: not known

  // 0, which is no id, where there are not so many.
  uint32_t operand(size_t i) const { return i < operands.size() ? operands[i] : 0; }
};

struct SpirvType {
  enum class Kind : uint8_t {
    None,  // not a type
    Void,
    Bool,
    Int,
    Float,
    Vector,
    Matrix,  // element: its column vector
    Array,
    RuntimeArray,
    Struct,
    Pointer,
    Function,
    Other,  // images, samplers …: known, and refused where they are used
  };
  Kind kind = Kind::None;
  uint32_t id = 0;
  uint32_t width = 0;      // Int, Float: bits
  bool is_signed = false;  // Int
  uint32_t element = 0;    // Vector, Matrix, Array, RuntimeArray, Pointer: type id
  uint32_t count = 0;      // Vector, Matrix, Array
  spv::StorageClass storage = spv::StorageClass::Function;  // Pointer
  std::vector<uint32_t> members;                            // Struct; Function: return, parameters

  bool is(Kind k) const { return kind == k; }
  bool is_scalar() const { return is(Kind::Bool) || is(Kind::Int) || is(Kind::Float); }
};

struct Decoration {
  spv::Decoration kind{};
  std::span<const uint32_t> operands;
};

struct SpirvBlock {
  uint32_t label = 0;
  std::vector<Instruction> body;  // without the label; ends with a terminator
};

struct SpirvFunction {
  uint32_t id = 0, return_type = 0, type = 0;
  std::vector<Instruction> parameters;
  std::vector<SpirvBlock> blocks;
};

enum class ExtendedSet : uint8_t { None, Glsl450, NonSemantic, Unknown };

class SpirvModule {
 public:
  // `words` must outlive the module.
  static Result<SpirvModule> read(std::span<const uint32_t> words);

  // kind None where the id is no type.
  const SpirvType& type(uint32_t id) const;
  // The instruction outside of functions that makes the id (type, constant, global variable).
  const Instruction* global(uint32_t id) const;
  std::span<const Instruction> globals() const { return globals_; }
  const std::vector<SpirvFunction>& functions() const { return functions_; }
  const SpirvFunction* function(uint32_t id) const;
  const SpirvFunction* entry() const { return function(entry_); }
  ExtendedSet extended_set(uint32_t id) const;
  uint32_t bound() const { return bound_; }
  std::array<uint32_t, 3> local_size() const { return local_size_; }

  std::string_view name(uint32_t id) const;  // of OpName; empty: none
  std::string_view member_name(uint32_t id, uint32_t member) const;
  const std::vector<Decoration>& decorations(uint32_t id) const;
  const std::vector<Decoration>& member_decorations(uint32_t id, uint32_t member) const;
  // First operand of a decoration (0 where it has none); nothing where it is absent.
  std::optional<uint32_t> decoration(uint32_t id, spv::Decoration kind) const;
  std::optional<uint32_t> member_decoration(uint32_t id, uint32_t member,
                                            spv::Decoration kind) const;
  // An integer or boolean constant (specialisation constants have their defaults), zero-extended.
  std::optional<uint64_t> integer(uint32_t id) const;

  // "%12 = OpFMul %6 %10 %11", ids by their names where they have one.
  std::string text(const Instruction& inst) const;
  // "word 120: %12 = OpFMul …, at kernel.py:7"
  std::string place(const Instruction& inst) const;

 private:
  friend class SpirvParser;
  std::optional<uint64_t> evaluate(const Instruction& inst) const;  // from those before it
  uint32_t bound_ = 0, entry_ = 0;
  std::array<uint32_t, 3> local_size_ = {1, 1, 1};
  std::array<uint32_t, 3> local_size_ids_ = {};
  std::vector<Instruction> globals_;
  std::vector<SpirvType> types_;
  std::map<uint32_t, uint32_t> type_index_, global_index_;
  std::vector<SpirvFunction> functions_;
  std::map<uint32_t, ExtendedSet> sets_;
  std::map<uint32_t, uint64_t> integers_;
  std::map<uint32_t, std::string_view> names_, strings_;
  std::map<std::pair<uint32_t, uint32_t>, std::string_view> member_names_;
  std::map<uint32_t, std::vector<Decoration>> decorations_;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<Decoration>> member_decorations_;
};

// "OpFMul"; "opcode 4711" where it has no name here.
std::string opcode_name(spv::Op op);

}  // namespace tinsmith::air
