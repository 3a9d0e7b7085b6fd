// SPDX-License-Identifier: Apache-2.0
// Slots, and which writer makes the function of an operation.
#include "cpu/group_operations.h"

#include <llvm/IR/DataLayout.h>
#include <llvm/Support/MathExtras.h>

#include "cpu/body.h"
#include "cpu/operation_writer.h"
#include "cpu/scheduler.h"

namespace tinsmith::cpu {

namespace {

constexpr unsigned kMatrixElements = 64;

bool is_matrix(llvm::Type* type) {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector != nullptr && vector->getNumElements() == kMatrixElements;
}

unsigned size_in_slot(llvm::Type* type, const llvm::DataLayout& layout) {
  return static_cast<unsigned>(layout.getTypeAllocSize(type).getFixedSize());
}

}  // namespace

llvm::Type* slot_type(llvm::Type* type, const llvm::DataLayout& layout) {
  if (type->isIntegerTy(1)) return llvm::Type::getInt8Ty(type->getContext());
  if (is_matrix(type)) return llvm::FixedVectorType::get(type->getScalarType(), 2);
  if (!type->getScalarType()->isIntegerTy() && !type->getScalarType()->isFloatingPointTy()) {
    return nullptr;
  }
  unsigned size = size_in_slot(type, layout);
  return llvm::isPowerOf2_32(size) && size <= kMaxSlotSize ? type : nullptr;
}

llvm::Value* to_slot(llvm::IRBuilder<>& builder, llvm::Value* value) {
  if (value->getType()->isIntegerTy(1)) return builder.CreateZExt(value, builder.getInt8Ty());
  if (!is_matrix(value->getType())) return value;
  return builder.CreateShuffleVector(value, {0, 1});
}

llvm::Value* from_slot(llvm::IRBuilder<>& builder, llvm::Value* value, llvm::Type* type) {
  if (type->isIntegerTy(1)) return builder.CreateTrunc(value, type);
  if (!is_matrix(type)) return value;
  llvm::Value* out = llvm::UndefValue::get(type);
  for (uint64_t i = 0; i < 2; ++i) {
    out = builder.CreateInsertElement(out, builder.CreateExtractElement(value, i), i);
  }
  return out;
}

llvm::Value* slot_place(llvm::IRBuilder<>& builder, llvm::Value* slots, llvm::Type* type,
                        unsigned number, llvm::Value* lane) {
  const llvm::DataLayout& layout = builder.GetInsertBlock()->getModule()->getDataLayout();
  unsigned offset = slot_offset(size_in_slot(type, layout), number);
  llvm::Value* array = builder.CreateConstInBoundsGEP1_32(builder.getInt8Ty(), slots, offset);
  array = builder.CreateBitCast(array, type->getPointerTo());
  return builder.CreateInBoundsGEP(type, array, lane);
}

OperationName take_apart(llvm::StringRef name) {
  OperationName out;
  if (!name.consume_front("air.")) return out;
  llvm::SmallVector<llvm::StringRef, 4> words;
  name.split(words, '.');
  llvm::StringRef operation = words[0];
  if (operation.consume_front("simd_") || operation.consume_front("simdgroup_")) {
    out.width = kSimdWidth;
  } else if (operation.consume_front("quad_")) {
    out.width = 4;
  }
  out.operation = operation.str();
  out.is_signed = words.size() > 1 && words[1] == "s";
  return out;
}

llvm::Value* OperationWriter::operand(unsigned index, llvm::Value* lane) {
  const llvm::DataLayout& layout = declaration.getParent()->getDataLayout();
  llvm::Type* type = operand_type(index);
  llvm::Type* stored = slot_type(type, layout);
  llvm::Value* value = builder.CreateLoad(stored, slot_place(builder, slots, stored, index, lane));
  return is_matrix(type) ? value : from_slot(builder, value, type);
}

void OperationWriter::give(llvm::Value* lane, llvm::Value* result) {
  const llvm::DataLayout& layout = declaration.getParent()->getDataLayout();
  llvm::Type* stored = slot_type(result_type(), layout);
  llvm::Value* value = result->getType() == stored ? result : to_slot(builder, result);
  builder.CreateStore(value, slot_place(builder, slots, stored, kResultSlot, lane));
}

llvm::Value* OperationWriter::takes_part(llvm::Value* lane) {
  return builder.CreateTrunc(builder.CreateLShr(lanes, lane), builder.getInt1Ty());
}

llvm::Function* GroupOperations::function_for(llvm::Function& declaration) {
  std::string name = declaration.getName().str();
  if (auto found = made_.find(name); found != made_.end()) return found->second;
  OperationName apart = take_apart(name);
  const llvm::DataLayout& layout = module_.getDataLayout();
  bool fits = apart.width != 0 && declaration.arg_size() <= kResultSlot &&
              slot_type(declaration.getReturnType(), layout) != nullptr;
  for (llvm::Type* type : declaration.getFunctionType()->params()) {
    fits = fits && slot_type(type, layout) != nullptr;
  }
  if (!fits) return made_[name] = nullptr;

  llvm::LLVMContext& context = module_.getContext();
  auto* type = llvm::FunctionType::get(
      llvm::Type::getVoidTy(context),
      {llvm::Type::getInt8PtrTy(context), llvm::Type::getInt32Ty(context)}, false);
  auto* function =
      llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, "run." + name, module_);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "start", function));
  OperationWriter writer{builder, declaration, apart, function->getArg(0), function->getArg(1)};
  if (write_reduction(writer) || write_movement(writer) || write_vote(writer) ||
      write_matrix(writer)) {
    builder.CreateRetVoid();
    return made_[name] = function;
  }
  function->eraseFromParent();
  return made_[name] = nullptr;
}

}  // namespace tinsmith::cpu
