// SPDX-License-Identifier: Apache-2.0
// Values made of values: vectors, matrices, arrays, structs.
#include <llvm/IR/Constants.h>

#include "air/lowering.h"

namespace tinsmith::air {

// The type of component `index`; null where there is none.
llvm::Type* Lowering::element_type(llvm::Type* type, unsigned index) {
  if (auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type))
    return index < vector->getNumElements() ? vector->getElementType() : nullptr;
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(type))
    return index < array->getNumElements() ? array->getElementType() : nullptr;
  auto* structure = llvm::dyn_cast<llvm::StructType>(type);
  if (!structure || index >= structure->getNumElements()) return nullptr;
  return structure->getElementType(index);
}

llvm::Value* Lowering::part_of(llvm::Value* whole, unsigned index) {
  if (whole->getType()->isVectorTy())
    return builder_.CreateExtractElement(whole, builder_.getInt64(index));
  return builder_.CreateExtractValue(whole, index);
}

llvm::Value* Lowering::with_part(llvm::Value* whole, llvm::Value* part, unsigned index) {
  if (whole->getType()->isVectorTy())
    return builder_.CreateInsertElement(whole, part, builder_.getInt64(index));
  return builder_.CreateInsertValue(whole, part, index);
}

// Components in order; vectors among the constituents of a vector give all of theirs.
bool Lowering::construct(const Instruction& inst) {
  llvm::Type* type = llvm_type(inst.type);
  if (!type) return false;
  std::vector<llvm::Value*> parts;
  for (uint32_t id : inst.operands) {
    llvm::Value* part = value(id);
    if (!part) return false;
    auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(part->getType());
    if (!vector || !type->isVectorTy()) {
      parts.push_back(part);
      continue;
    }
    for (unsigned i = 0; i < vector->getNumElements(); ++i) parts.push_back(part_of(part, i));
  }
  llvm::Value* whole = llvm::UndefValue::get(type);
  for (unsigned i = 0; i < parts.size(); ++i) {
    if (element_type(type, i) != parts[i]->getType())
      return fail("its operands do not fit the type of its result");
    whole = with_part(whole, parts[i], i);
  }
  if (element_type(type, static_cast<unsigned>(parts.size()))) return fail("too few operands");
  return set(inst, whole);
}

bool Lowering::shuffle(const Instruction& inst) {
  llvm::Value* a = value(inst.operand(0));
  llvm::Value* b = value(inst.operand(1));
  if (!a || !b) return false;
  auto* type_a = llvm::dyn_cast<llvm::FixedVectorType>(a->getType());
  auto* type_b = llvm::dyn_cast<llvm::FixedVectorType>(b->getType());
  auto* type = llvm::dyn_cast_or_null<llvm::FixedVectorType>(llvm_type(inst.type));
  if (!type || !type_a || !type_b || type_a->getElementType() != type_b->getElementType())
    return fail("its operands are not vectors of one kind");
  unsigned count_a = type_a->getNumElements(), count = count_a + type_b->getNumElements();
  std::vector<int> mask;
  for (uint32_t component : inst.operands.subspan(2)) {
    if (component >= count && component != UINT32_MAX) return fail("a component out of range");
    mask.push_back(component == UINT32_MAX ? -1 : static_cast<int>(component));
  }
  if (mask.size() != type->getNumElements() || type->getElementType() != type_a->getElementType())
    return fail("its operands do not fit the type of its result");
  if (type_a == type_b) return set(inst, builder_.CreateShuffleVector(a, b, mask));
  llvm::Value* whole = llvm::UndefValue::get(type);
  for (unsigned i = 0; i < mask.size(); ++i) {
    if (mask[i] < 0) continue;
    auto from = static_cast<unsigned>(mask[i]);
    llvm::Value* part = from < count_a ? part_of(a, from) : part_of(b, from - count_a);
    whole = with_part(whole, part, i);
  }
  return set(inst, whole);
}

bool Lowering::extract(const Instruction& inst) {
  llvm::Value* at = value(inst.operand(0));
  if (!at) return false;
  for (uint32_t index : inst.operands.subspan(1)) {
    if (!element_type(at->getType(), index)) return fail("an index out of range");
    at = part_of(at, index);
  }
  return set(inst, at);
}

bool Lowering::insert(const Instruction& inst) {
  llvm::Value* part = value(inst.operand(0));
  llvm::Value* whole = value(inst.operand(1));
  if (!part || !whole) return false;
  std::vector<llvm::Value*> around = {whole};  // from the outside in
  std::span<const uint32_t> indices = inst.operands.subspan(2);
  if (indices.empty()) return fail("it has no index");
  for (size_t i = 0; i < indices.size(); ++i) {
    llvm::Type* type = element_type(around.back()->getType(), indices[i]);
    if (!type) return fail("an index out of range");
    if (i + 1 < indices.size()) {
      around.push_back(part_of(around.back(), indices[i]));
    } else if (type != part->getType()) {
      return fail("its operands do not fit the type of its result");
    }
  }
  for (size_t i = indices.size(); i-- > 0;) part = with_part(around[i], part, indices[i]);
  return set(inst, part);
}

// OpVectorExtractDynamic, OpVectorInsertDynamic.
bool Lowering::dynamic_element(const Instruction& inst) {
  bool inserts = inst.op == spv::Op::OpVectorInsertDynamic;
  llvm::Value* vector = value(inst.operand(0));
  llvm::Value* index = value(inst.operand(inserts ? 2 : 1));
  if (!vector || !index) return false;
  auto* type = llvm::dyn_cast<llvm::FixedVectorType>(vector->getType());
  if (!type || !index->getType()->isIntegerTy()) return fail("its operands are of the wrong type");
  if (!inserts) return set(inst, builder_.CreateExtractElement(vector, index));
  llvm::Value* part = value(inst.operand(1), type->getElementType());
  return part && set(inst, builder_.CreateInsertElement(vector, part, index));
}

// The same members in another type of the same shape (OpCopyLogical).
llvm::Value* Lowering::convert_shape(llvm::Value* from, llvm::Type* to) {
  if (from->getType() == to) return from;
  if (!to->isAggregateType()) return nullptr;
  llvm::Value* whole = llvm::UndefValue::get(to);
  for (unsigned i = 0; llvm::Type* type = element_type(to, i); ++i) {
    if (!element_type(from->getType(), i)) return nullptr;
    llvm::Value* part = convert_shape(part_of(from, i), type);
    if (!part) return nullptr;
    whole = with_part(whole, part, i);
  }
  return whole;
}

bool Lowering::composite(const Instruction& inst) {
  switch (inst.op) {
    case spv::Op::OpCompositeConstruct: return construct(inst);
    case spv::Op::OpCompositeExtract: return extract(inst);
    case spv::Op::OpCompositeInsert: return insert(inst);
    case spv::Op::OpVectorShuffle:
      return inst.operands.size() >= 2 ? shuffle(inst) : fail("it is too short");
    case spv::Op::OpVectorExtractDynamic:
    case spv::Op::OpVectorInsertDynamic: return dynamic_element(inst);
    case spv::Op::OpCopyLogical: {
      llvm::Value* from = value(inst.operand(0));
      llvm::Type* to = llvm_type(inst.type);
      return from && to && set(inst, convert_shape(from, to));
    }
    default: return fail("not a composite");
  }
}

}  // namespace tinsmith::air
