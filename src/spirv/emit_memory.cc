// SPDX-License-Identifier: Apache-2.0
// Addresses and plain accesses. An address is an index into a view of a buffer as unsigned words;
// it is computed in u32 where the pointer is made, constants folded. A scalar that is not aligned
// to its size (fields lie without padding) is accessed in pieces of the width that it is aligned
// to.
#include <algorithm>
#include <bit>

#include "spirv/emitter.h"
#include "support/check.h"

namespace tinsmith::spirv {

using spv::StorageClass;

namespace {

// A sum under construction: constants apart.
class Sum {
 public:
  Sum(Assembler& assembler, uint32_t constant) : asm_(assembler), constant_(constant) {}

  void add(uint32_t constant) { constant_ += constant; }
  void add(Word value, uint32_t factor) {
    if (factor == 0) return;
    Word u32 = asm_.type_int(32, false);
    if (factor != 1) value = asm_.pure(spv::Op::OpIMul, u32, {value, asm_.u32(factor)});
    sum_ = sum_ ? asm_.pure(spv::Op::OpIAdd, u32, {sum_, value}) : value;
  }
  Word finish() {
    if (!sum_) return asm_.u32(constant_);
    if (constant_ == 0) return sum_;
    return asm_.pure(spv::Op::OpIAdd, asm_.type_int(32, false), {sum_, asm_.u32(constant_)});
  }

 private:
  Assembler& asm_;
  uint32_t constant_;
  Word sum_ = 0;
};

// The largest power of two up to the scalar's size that every address of the field is a multiple
// of.
uint32_t alignment(const Field& field) {
  uint32_t parts = field.offset | bytes(field.dtype);
  for (const AddressTerm& term : field.terms)
    if (term.extent > 1) parts |= term.stride;
  for (uint32_t offset : field.component_offsets) parts |= offset;
  return 1u << std::countr_zero(parts);
}

// The distance of neighbouring components, if that is always the same.
std::optional<uint32_t> even_step(const Field& field) {
  const std::vector<uint32_t>& offsets = field.component_offsets;
  if (offsets.size() < 2) return 0;
  if (offsets[1] < offsets[0]) return std::nullopt;
  uint32_t step = offsets[1] - offsets[0];
  for (size_t i = 2; i < offsets.size(); ++i)
    if (offsets[i] - offsets[i - 1] != step) return std::nullopt;
  return step;
}

}  // namespace

void Emitter::var(const Inst& inst) {
  Address at;
  at.dtype = dtype_of(inst.results[0]);
  at.is_local = true;
  Word scalar = type(at.dtype);
  auto elements = static_cast<uint32_t>(inst.imm);
  at.local = asm_.local_variable(elements > 1 ? asm_.type_array(scalar, elements) : scalar);
  at.is_array = elements > 1;
  addresses_[inst.results[0]] = at;
}

void Emitter::elem(const Inst& inst) {
  Address at = addresses_.get(inst.operands[0]);
  if (at.is_array) {
    Word pointer = asm_.type_pointer(StorageClass::Function, type(at.dtype));
    at.local = asm_.pure(spv::Op::OpAccessChain, pointer, {at.local, operand(inst, 1)});
    at.is_array = false;
  } else if (!at.is_local) {
    at.index = asm_.pure(spv::Op::OpIAdd, type_word(32), {at.index, operand(inst, 1)});
  }
  addresses_[inst.results[0]] = at;
}

void Emitter::field_ptr(const Inst& inst) {
  const Field& field = module_.fields[FieldId{static_cast<uint32_t>(inst.imm)}];
  uint32_t unit = alignment(field);
  Sum sum(asm_, field.offset / unit);
  for (const AddressTerm& term : field.terms) {
    ValueId index = inst.operands[term.axis];
    bool outermost = uint64_t{term.divisor} * term.extent >= field.shape[term.axis];
    if (std::optional<int64_t> known = as_int(fn_, index)) {
      uint32_t cell = static_cast<uint32_t>(*known) / term.divisor;
      sum.add((outermost ? cell : cell % term.extent) * (term.stride / unit));
      continue;
    }
    if (term.extent == 1) continue;
    Word cell = values_.get(index);
    Word u32 = type_word(32);
    if (term.divisor > 1)
      cell = asm_.pure(spv::Op::OpUDiv, u32, {bit_cast(cell, u32), asm_.u32(term.divisor)});
    if (!outermost) {
      cell = term.divisor > 1 ? cell : bit_cast(cell, u32);
      cell = asm_.pure(spv::Op::OpUMod, u32, {cell, asm_.u32(term.extent)});
    }
    sum.add(cell, term.stride / unit);
  }
  uint32_t component = 0;
  if (field.is_matrix) {
    std::optional<int64_t> known = as_int(fn_, inst.operands.back());
    std::optional<uint32_t> step = even_step(field);
    if (known) {
      component = static_cast<uint32_t>(*known);
    } else if (step) {
      sum.add(values_.get(inst.operands.back()), *step / unit);
    } else {
      sum.add(distance_to_component(field, values_.get(inst.operands.back()), unit), 1);
    }
  }
  sum.add(field.component_offsets.at(component) / unit);

  Address at;
  at.dtype = field.dtype;
  at.unit = unit;
  auto tree = static_cast<int32_t>(field.tree);
  at.buffer =
      buffer(package::BufferType::Root, tree, false, "root_buffer_" + std::to_string(field.tree));
  at.index = sum.finish();
  addresses_[inst.results[0]] = at;
}

// From component 0 to a component that is known at run time only, in units.
Word Emitter::distance_to_component(const Field& field, Word component, uint32_t unit) {
  const std::vector<uint32_t>& offsets = field.component_offsets;
  Word distance = asm_.u32(0);
  for (uint32_t c = 1; c < offsets.size(); ++c) {
    Word here = asm_.pure(spv::Op::OpIEqual, asm_.type_bool(), {component, asm_.u32(c)});
    distance = select(here, type_word(32), asm_.u32((offsets[c] - offsets[0]) / unit), distance);
  }
  return distance;
}

// Row-major, the components of an element innermost; i32 arithmetic, as host programs expect of it.
void Emitter::array_ptr(const Inst& inst) {
  ArgSlot slot = ArgSlot::of(inst.imm);
  const Param& param = fn_.params.at(slot.param);
  Word u32 = type_word(32);
  Word index = 0;
  for (uint32_t axis = 0; axis < param.ndim; ++axis) {
    Word cell = operand(inst, axis);
    if (index) {
      Word extent = load_arg({slot.param, 0, axis}, DType::I32);
      index = asm_.pure(spv::Op::OpIMul, u32, {index, extent});
      index = asm_.pure(spv::Op::OpIAdd, u32, {index, cell});
    } else {
      index = cell;
    }
  }
  Sum sum(asm_, 0);
  if (index) sum.add(index, param.components());
  if (param.element_dims > 0) {
    ValueId component = inst.operands.back();
    std::optional<int64_t> known = as_int(fn_, component);
    known ? sum.add(static_cast<uint32_t>(*known)) : sum.add(values_.get(component), 1);
  }
  Address at;
  at.dtype = param.dtype;
  at.unit = bytes(param.dtype);
  auto id = static_cast<int32_t>(slot.param);
  bool gradient = slot.component == 1;
  at.buffer = buffer(package::BufferType::ExtArr, id, gradient,
                     "ext_arr_buffer_" + std::to_string(id) + (gradient ? "_grad" : ""));
  at.index = sum.finish();
  addresses_[inst.results[0]] = at;
}

void Emitter::temp_ptr(const Inst& inst) {
  Address at;
  at.dtype = dtype_of(inst.results[0]);
  at.unit = bytes(at.dtype);
  at.buffer = temporaries();
  at.index = asm_.u32(static_cast<uint32_t>(inst.imm) / at.unit);
  addresses_[inst.results[0]] = at;
}

// Which arrays the kernel reads and writes, for the launcher.
void Emitter::note_access(const Inst& inst) {
  const Inst* pointer = fn_.def(inst.operands[0]);
  if (!pointer || pointer->op != Op::ArrayPtr) return;
  uint32_t access = package::kReadWrite;
  if (inst.op == Op::Load) access = package::kRead;
  if (inst.op == Op::Store) access = package::kWrite;
  access_.at(ArgSlot::of(pointer->imm).param) |= access;
}

Word Emitter::load(const Address& at) {
  if (at.is_local) return asm_.value(spv::Op::OpLoad, type(at.dtype), {at.local});
  uint32_t pieces = bytes(at.dtype) / at.unit;
  if (pieces == 1) return from_word(load_word(at, 0), at.dtype);
  Word whole = type_word(bytes(at.dtype) * 8);
  Word word = 0;
  for (uint32_t i = 0; i < pieces; ++i) {
    Word piece = asm_.pure(spv::Op::OpUConvert, whole, {load_word(at, i)});
    if (i > 0)
      piece = asm_.pure(spv::Op::OpShiftLeftLogical, whole, {piece, asm_.u32(8 * at.unit * i)});
    word = word ? asm_.pure(spv::Op::OpBitwiseOr, whole, {word, piece}) : piece;
  }
  return from_word(word, at.dtype);
}

void Emitter::store(const Address& at, Word value) {
  if (at.is_local) return asm_.emit(spv::Op::OpStore, {at.local, value});
  Word word = to_word(value, at.dtype);
  uint32_t pieces = bytes(at.dtype) / at.unit;
  if (pieces == 1) return store_word(at, 0, word);
  Word whole = type_word(bytes(at.dtype) * 8);
  for (uint32_t i = 0; i < pieces; ++i) {
    Word piece = word;
    if (i > 0)
      piece = asm_.pure(spv::Op::OpShiftRightLogical, whole, {piece, asm_.u32(8 * at.unit * i)});
    store_word(at, i, asm_.pure(spv::Op::OpUConvert, type_word(8 * at.unit), {piece}));
  }
}

Word Emitter::load_word(const Address& at, uint32_t piece) {
  Word index = at.index;
  if (piece > 0) index = asm_.pure(spv::Op::OpIAdd, type_word(32), {index, asm_.u32(piece)});
  uint32_t width = 8 * at.unit;
  return asm_.value(spv::Op::OpLoad, type_word(width), {word_pointer(at.buffer, width, index)});
}

void Emitter::store_word(const Address& at, uint32_t piece, Word word) {
  Word index = at.index;
  if (piece > 0) index = asm_.pure(spv::Op::OpIAdd, type_word(32), {index, asm_.u32(piece)});
  asm_.emit(spv::Op::OpStore, {word_pointer(at.buffer, 8 * at.unit, index), word});
}

Word Emitter::word_pointer(uint32_t buffer, uint32_t width, Word index) {
  Word pointer = asm_.type_pointer(StorageClass::StorageBuffer, type_word(width));
  return asm_.pure(spv::Op::OpAccessChain, pointer, {view(buffer, width), asm_.u32(0), index});
}

// The unsigned word that a scalar is in memory; u1 takes 32 bits there.
Word Emitter::to_word(Word value, DType dtype) {
  if (dtype == DType::U1) return cast(value, DType::U1, DType::U32);
  Word word = type_word(bits(dtype));
  return type(dtype) == word ? value : bit_cast(value, word);
}

Word Emitter::from_word(Word word, DType dtype) {
  if (dtype == DType::U1) return cast(word, DType::U32, DType::U1);
  return type(dtype) == type_word(bits(dtype)) ? word : bit_cast(word, type(dtype));
}

}  // namespace tinsmith::spirv
