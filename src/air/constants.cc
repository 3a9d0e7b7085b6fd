// SPDX-License-Identifier: Apache-2.0
// Constants, and specialisation constants with the values that the module gives them.
#include <llvm/ADT/APFloat.h>
#include <llvm/IR/Constants.h>

#include "air/lowering.h"

namespace tinsmith::air {

// All of them; one of a type that values cannot have is left out, and an error where it is used.
bool Lowering::constants() {
  for (const Instruction& inst : spirv_.globals()) {
    bool is_constant = inst.op == spv::Op::OpUndef ||
                       (inst.op >= spv::Op::OpConstantTrue && inst.op <= spv::Op::OpSpecConstantOp);
    if (!is_constant) continue;  // variables, debug information
    at_ = &inst;
    if (inst.op == spv::Op::OpSpecConstantOp) {
      if (!spec_operation(inst)) return false;
      continue;
    }
    const SpirvType& type = spirv_.type(inst.type);
    if (type.is(SpirvType::Kind::Other) || type.is(SpirvType::Kind::Pointer)) continue;
    llvm::Constant* made = constant(inst, type);
    if (!made) return failed() ? false : fail("a constant that does not fit its type");
    values_[inst.result] = made;
    value_types_[inst.result] = inst.type;
  }
  return true;
}

llvm::Constant* Lowering::constant(const Instruction& inst, const SpirvType& type) {
  llvm::Type* as = llvm_type(inst.type);
  if (!as || as->isVoidTy()) return nullptr;
  switch (inst.op) {
    case spv::Op::OpConstantTrue:
    case spv::Op::OpSpecConstantTrue: return as->isIntegerTy(1) ? builder_.getInt1(true) : nullptr;
    case spv::Op::OpConstantFalse:
    case spv::Op::OpSpecConstantFalse:
      return as->isIntegerTy(1) ? builder_.getInt1(false) : nullptr;
    case spv::Op::OpConstant:
    case spv::Op::OpSpecConstant: return scalar_constant(inst, type);
    case spv::Op::OpConstantNull: return llvm::Constant::getNullValue(as);
    case spv::Op::OpUndef: return llvm::UndefValue::get(as);
    case spv::Op::OpConstantComposite:
    case spv::Op::OpSpecConstantComposite: return composite_constant(inst, as);
    default: return nullptr;
  }
}

llvm::Constant* Lowering::scalar_constant(const Instruction& inst, const SpirvType& type) {
  uint64_t bits = inst.operand(0) | uint64_t{inst.operand(1)} << 32;
  if (inst.operands.size() != (type.width == 64 ? 2 : 1)) return nullptr;
  llvm::APInt value = llvm::APInt(64, bits).zextOrTrunc(type.width);
  if (type.is(SpirvType::Kind::Int)) return llvm::ConstantInt::get(*context_, value);
  if (!type.is(SpirvType::Kind::Float)) return nullptr;
  return llvm::ConstantFP::get(*context_,
                               llvm::APFloat(llvm_type(type.id)->getFltSemantics(), value));
}

llvm::Constant* Lowering::composite_constant(const Instruction& inst, llvm::Type* as) {
  std::vector<llvm::Constant*> parts;
  for (uint32_t id : inst.operands) {
    unsigned at = static_cast<unsigned>(parts.size());
    llvm::Type* expected = element_type(as, at);
    if (!expected) return nullptr;
    auto* part = llvm::dyn_cast_or_null<llvm::Constant>(value(id, expected));
    if (!part) return nullptr;
    parts.push_back(part);
  }
  if (element_type(as, static_cast<unsigned>(parts.size())) || parts.empty()) {
    if (!as->isStructTy() || as->getStructNumElements() != 0) return nullptr;
  }
  if (as->isVectorTy()) return llvm::ConstantVector::get(parts);
  if (auto* array = llvm::dyn_cast<llvm::ArrayType>(as))
    return llvm::ConstantArray::get(array, parts);
  auto* structure = llvm::dyn_cast<llvm::StructType>(as);
  return structure ? llvm::ConstantStruct::get(structure, parts) : nullptr;
}

// An operation on constants is the operation; LLVM's builder folds it.
bool Lowering::spec_operation(const Instruction& inst) {
  Instruction plain = inst;
  if (inst.operands.empty()) return fail("it is too short");
  plain.op = static_cast<spv::Op>(inst.operand(0));
  plain.operands = inst.operands.subspan(1);
  return value_operation(plain);
}

}  // namespace tinsmith::air
