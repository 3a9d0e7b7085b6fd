// SPDX-License-Identifier: Apache-2.0
// Loads, stores and access chains. A value of several parts is moved part by part, so that the
// layout in memory need not be the one of LLVM's aggregates.
#include <llvm/IR/Constants.h>

#include "air/lowering.h"

namespace tinsmith::air {

namespace {

using Kind = MemoryLayout::Kind;
constexpr uint64_t kMostScalars = 4096;  // in one load or store

}  // namespace

// An access chain on its way: indices are collected into one getelementptr.
struct Lowering::Chain {
  Place place;
  std::vector<llvm::Value*> indices;
};

const Place* Lowering::place(uint32_t id) {
  auto it = places_.find(id);
  if (it != places_.end()) return &it->second;
  const Place* made = global_variable(id);
  if (!made) fail("%" + std::to_string(id) + " is not a pointer");
  return made;
}

bool Lowering::note_access(const Place& place, bool reads, bool writes) {
  Parameter* parameter = parameter_of(place.variable);
  if (!parameter) return true;
  if (writes && parameter->is_constant) return fail("it writes to a uniform block");
  parameter->read |= reads;
  parameter->written |= writes;
  return true;
}

// --- Access chains

bool Lowering::access_chain(const Instruction& inst) {
  const Place* base = place(inst.operand(0));
  if (!base) return false;
  Chain chain{*base, {}};
  for (uint32_t index : inst.operands.subspan(1))
    if (!step(chain, index)) return false;
  finish(chain);
  const SpirvType& pointer = spirv_.type(inst.type);
  if (!pointer.is(SpirvType::Kind::Pointer) || pointer.element != chain.place.type)
    return fail("its indices do not lead to the type of its result");
  places_[inst.result] = chain.place;
  return true;
}

// The index as i64, extended by its own sign.
llvm::Value* Lowering::index_value(uint32_t id) {
  llvm::Value* index = value(id);
  if (!index) return nullptr;
  if (!index->getType()->isIntegerTy()) {
    fail("an index that is not an integer");
    return nullptr;
  }
  return builder_.CreateIntCast(index, builder_.getInt64Ty(), type_of(id).is_signed);
}

bool Lowering::step(Chain& chain, uint32_t index_id) {
  const SpirvType& type = spirv_.type(chain.place.type);
  llvm::Value* index = index_value(index_id);
  if (!index) return false;
  std::optional<uint64_t> known = spirv_.integer(index_id);
  if (type.is(SpirvType::Kind::Struct)) {
    if (!known || *known >= type.members.size()) return fail("a member out of range");
    if (!chain.place.layout) return fail("a struct of built-ins is not supported");
    return step_into_member(chain, static_cast<uint32_t>(*known));
  }
  bool vector = type.is(SpirvType::Kind::Vector) || type.is(SpirvType::Kind::Matrix);
  if (vector && known && *known >= type.count) return fail("a component out of range");
  if (type.element == 0 || type.is(SpirvType::Kind::Pointer)) return fail("too many indices");
  if (chain.place.builtin) {
    if (!vector) return fail("too many indices");
    chain.place.builtin = builder_.CreateExtractElement(chain.place.builtin, index);
  } else {
    step_into(chain, index);
  }
  chain.place.type = type.element;
  return true;
}

bool Lowering::step_into_member(Chain& chain, uint32_t member) {
  Place& place = chain.place;
  const MemoryLayout& layout = *place.layout;
  place.type = spirv_.type(place.type).members[member];
  place.layout = layout.parts[member];
  if (place.flat) return true;
  if (chain.indices.empty()) chain.indices.push_back(builder_.getInt64(0));
  chain.indices.push_back(builder_.getInt32(layout.fields[member]));
  return true;
}

void Lowering::step_into(Chain& chain, llvm::Value* index) {
  Place& place = chain.place;
  const MemoryLayout& layout = *place.layout;
  place.layout = layout.parts[0];
  if (layout.kind == Kind::Vector) {
    finish(chain);
    auto* vector = llvm::cast<llvm::PointerType>(place.pointer->getType());
    place.pointer = builder_.CreateBitCast(
        place.pointer, place.layout->type->getPointerTo(vector->getAddressSpace()));
    chain.indices = {index};
    return;
  }
  if (layout.kind == Kind::RowMajor) {  // a column: its first component, then a stride
    place.layout = layout.parts[1];
    finish(chain);
    unsigned space = llvm::cast<llvm::PointerType>(place.pointer->getType())->getAddressSpace();
    llvm::Type* scalar = layout.parts[2]->type;
    llvm::Value* first = builder_.CreateBitCast(place.pointer, scalar->getPointerTo(space));
    first = builder_.CreateInBoundsGEP(scalar, first, index);
    place.pointer = builder_.CreateBitCast(first, place.layout->type->getPointerTo(space));
    return;
  }
  if (!place.flat && chain.indices.empty()) chain.indices.push_back(builder_.getInt64(0));
  place.flat = false;
  chain.indices.push_back(index);
  if (layout.strided) chain.indices.push_back(builder_.getInt32(0));
}

void Lowering::finish(Chain& chain) {
  if (chain.indices.empty()) return;
  llvm::Value*& pointer = chain.place.pointer;
  llvm::Type* from =
      llvm::cast<llvm::PointerType>(pointer->getType())->getNonOpaquePointerElementType();
  pointer = builder_.CreateInBoundsGEP(from, pointer, chain.indices);
  chain.indices.clear();
}

// --- Loads and stores

llvm::Value* Lowering::load(const Place& place) {
  if (place.builtin) return place.builtin;
  if (!note_access(place, true, false)) return nullptr;
  if (place.flat || place.layout->is_runtime_array() || place.layout->scalars > kMostScalars) {
    fail("it loads a whole array of many elements");
    return nullptr;
  }
  return load_from(*place.layout, place.pointer, llvm_type(place.type));
}

bool Lowering::store(const Place& place, llvm::Value* value) {
  if (place.builtin) return fail("it writes to a built-in");
  if (!note_access(place, false, true)) return false;
  if (place.flat || place.layout->is_runtime_array() || place.layout->scalars > kMostScalars)
    return fail("it stores a whole array of many elements");
  llvm::Type* type = llvm_type(place.type);
  if (!type || value->getType() != type) return fail("the value is not of the type that is there");
  store_to(*place.layout, place.pointer, value);
  return true;
}

// Pointer to part `index` of an array, a packed vector, the rows of a matrix, or a struct.
llvm::Value* Lowering::element(const MemoryLayout& layout, llvm::Value* pointer, unsigned index) {
  std::vector<llvm::Value*> indices = {builder_.getInt64(0)};
  if (layout.kind == Kind::Struct) {
    indices.push_back(builder_.getInt32(layout.fields[index]));
  } else {
    indices.push_back(builder_.getInt64(index));
    if (layout.strided) indices.push_back(builder_.getInt32(0));
  }
  return builder_.CreateInBoundsGEP(layout.type, pointer, indices);
}

llvm::Value* Lowering::load_from(const MemoryLayout& layout, llvm::Value* pointer,
                                 llvm::Type* type) {
  if (!type) return nullptr;
  if (layout.kind == Kind::Scalar || layout.kind == Kind::Vector) {
    llvm::Value* loaded =
        builder_.CreateAlignedLoad(layout.type, pointer, llvm::Align(layout.align));
    if (!layout.is_bool) return loaded;
    return builder_.CreateICmpNE(loaded, llvm::Constant::getNullValue(layout.type));
  }
  llvm::Value* whole = llvm::UndefValue::get(type);
  if (layout.kind == Kind::RowMajor) {
    for (unsigned r = 0; r < layout.count; ++r) {
      llvm::Value* row =
          load_from(*layout.parts[0], element(layout, pointer, r), value_type(*layout.parts[0]));
      for (unsigned c = 0; element_type(type, c); ++c) {
        llvm::Value* column = builder_.CreateExtractValue(whole, c);
        column = with_part(column, part_of(row, c), r);
        whole = builder_.CreateInsertValue(whole, column, c);
      }
    }
    return whole;
  }
  for (unsigned i = 0; llvm::Type* part = element_type(type, i); ++i) {
    const MemoryLayout& within = *layout.parts[layout.kind == Kind::Struct ? i : 0];
    whole = with_part(whole, load_from(within, element(layout, pointer, i), part), i);
  }
  return whole;
}

// Of a row of a matrix, which has no SPIR-V type.
llvm::Type* Lowering::value_type(const MemoryLayout& layout) {
  return llvm::FixedVectorType::get(layout.parts[0]->type, static_cast<unsigned>(layout.count));
}

void Lowering::store_to(const MemoryLayout& layout, llvm::Value* pointer, llvm::Value* value) {
  if (layout.kind == Kind::Scalar || layout.kind == Kind::Vector) {
    if (layout.is_bool) value = builder_.CreateZExt(value, layout.type);
    builder_.CreateAlignedStore(value, pointer, llvm::Align(layout.align));
    return;
  }
  if (layout.kind == Kind::RowMajor) {
    for (unsigned r = 0; r < layout.count; ++r) {
      llvm::Value* row = llvm::UndefValue::get(value_type(*layout.parts[0]));
      for (unsigned c = 0; element_type(value->getType(), c); ++c)
        row = with_part(row, part_of(part_of(value, c), r), c);
      store_to(*layout.parts[0], element(layout, pointer, r), row);
    }
    return;
  }
  for (unsigned i = 0; element_type(value->getType(), i); ++i) {
    const MemoryLayout& within = *layout.parts[layout.kind == Kind::Struct ? i : 0];
    store_to(within, element(layout, pointer, i), part_of(value, i));
  }
}

// --- Instructions

bool Lowering::memory(const Instruction& inst) {
  switch (inst.op) {
    case spv::Op::OpAccessChain:
    case spv::Op::OpInBoundsAccessChain:
      return inst.operands.empty() ? fail("it is too short") : access_chain(inst);
    case spv::Op::OpLoad: {
      const Place* from = place(inst.operand(0));
      return from && set(inst, load(*from));
    }
    case spv::Op::OpStore: {
      const Place* to = place(inst.operand(0));
      llvm::Value* what = to ? value(inst.operand(1)) : nullptr;
      return what && store(*to, what);
    }
    case spv::Op::OpCopyMemory: {
      const Place* to = place(inst.operand(0));
      const Place* from = to ? place(inst.operand(1)) : nullptr;
      if (!from) return false;
      llvm::Value* what = load(*from);
      return what && store(*to, what);
    }
    case spv::Op::OpVariable: {
      Place made;
      if (!own(inst, made)) return false;
      places_[inst.result] = made;
      return true;
    }
    case spv::Op::OpArrayLength:
      return fail("Metal does not tell the length of a buffer; pass it as an argument");
    default: return fail("pointers to computed places are not supported");
  }
}

}  // namespace tinsmith::air
