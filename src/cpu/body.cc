// SPDX-License-Identifier: Apache-2.0
// The kernel made ready for being called from an entry. Threadgroup memory is the one thing that
// cannot stay as it is: a global of the module would be shared by all workers, so each global
// becomes a fixed place in the worker's scratch memory.
#include "cpu/body.h"

#include <llvm/ADT/SetVector.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "cpu/entry.h"

namespace tinsmith::cpu {

namespace {

constexpr unsigned kThreadgroup = 3;  // address space

bool mentions(const llvm::Value* value, const llvm::Constant* constant) {
  if (value == constant) return true;
  const auto* expression = llvm::dyn_cast<llvm::ConstantExpr>(value);
  if (expression == nullptr) return false;
  for (const llvm::Use& operand : expression->operands()) {
    if (mentions(operand.get(), constant)) return true;
  }
  return false;
}

// `value` with `place` for `global`, as instructions before `at`.
llvm::Value* rebuild(llvm::Value* value, llvm::Constant* constant, llvm::Value* place,
                     llvm::Instruction* at) {
  if (value == constant) return place;
  auto* expression = llvm::dyn_cast<llvm::ConstantExpr>(value);
  if (expression == nullptr || !mentions(expression, constant)) return value;
  llvm::Instruction* out = expression->getAsInstruction(at);
  for (llvm::Use& operand : out->operands()) {
    operand.set(rebuild(operand.get(), constant, place, out));
  }
  return out;
}

void replace_constant(llvm::Function& function, llvm::Constant* constant, llvm::Value* place) {
  std::vector<llvm::Use*> uses;
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    if (llvm::isa<llvm::ICmpInst>(instruction) && llvm::isa<llvm::ConstantPointerNull>(constant)) {
      continue;  // a question, not an access
    }
    for (llvm::Use& operand : instruction.operands()) {
      if (mentions(operand.get(), constant)) uses.push_back(&operand);
    }
  }
  for (llvm::Use* use : uses) {
    auto* user = llvm::cast<llvm::Instruction>(use->getUser());
    llvm::Instruction* at = user;
    if (auto* phi = llvm::dyn_cast<llvm::PHINode>(user)) {
      at = phi->getIncomingBlock(*use)->getTerminator();
    }
    use->set(rebuild(use->get(), constant, place, at));
  }
}

void find_nulls(llvm::Value* value, llvm::SetVector<llvm::Constant*>& out) {
  if (auto* null = llvm::dyn_cast<llvm::ConstantPointerNull>(value)) {
    if (null->getType()->getAddressSpace() == kThreadgroup) out.insert(null);
  } else if (auto* expression = llvm::dyn_cast<llvm::ConstantExpr>(value)) {
    for (llvm::Use& operand : expression->operands()) find_nulls(operand.get(), out);
  }
}

// Address 0 of threadgroup memory is as good as any other on a GPU, and MLX's sort reads from it
// (it makes no use of what it reads).
void place_nulls(llvm::Function& kernel) {
  llvm::SetVector<llvm::Constant*> nulls;
  for (llvm::Instruction& instruction : llvm::instructions(kernel)) {
    for (llvm::Use& operand : instruction.operands()) find_nulls(operand.get(), nulls);
  }
  llvm::Value* scratch = kernel.getArg(static_cast<unsigned>(kernel.arg_size() - 1));
  llvm::IRBuilder<> builder(&*kernel.getEntryBlock().getFirstInsertionPt());
  for (llvm::Constant* null : nulls) {
    auto* type = llvm::cast<llvm::PointerType>(null->getType());
    llvm::Value* at =
        builder.CreateConstInBoundsGEP1_32(builder.getInt8Ty(), scratch, kScratchStatic);
    at = builder.CreateBitCast(at, type->getPointerElementType()->getPointerTo());
    replace_constant(kernel, null, builder.CreateAddrSpaceCast(at, type));
  }
}

// Returns the bytes that all threadgroup globals take.
uint32_t place_globals(llvm::Function& kernel) {
  llvm::Module& module = *kernel.getParent();
  const llvm::DataLayout& layout = module.getDataLayout();
  llvm::Value* scratch = kernel.getArg(static_cast<unsigned>(kernel.arg_size() - 1));
  uint64_t bytes = 0;
  llvm::IRBuilder<> builder(&*kernel.getEntryBlock().getFirstInsertionPt());
  for (llvm::GlobalVariable& global : module.globals()) {
    if (global.getAddressSpace() != kThreadgroup) continue;
    bytes = llvm::alignTo(bytes, std::max<uint64_t>(layout.getPreferredAlign(&global).value(), 16));
    llvm::Value* at =
        builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), scratch, kScratchStatic + bytes);
    auto* type = global.getType();
    llvm::Value* place = builder.CreateAddrSpaceCast(
        builder.CreateBitCast(at, global.getValueType()->getPointerTo()), type);
    replace_constant(kernel, &global, place);
    bytes += layout.getTypeAllocSize(global.getValueType());
  }
  return static_cast<uint32_t>(llvm::alignTo(bytes, 256));
}

}  // namespace

Body make_body(llvm::Function& kernel, const std::vector<Parameter>& parameters) {
  llvm::Module& module = *kernel.getParent();
  llvm::LLVMContext& context = module.getContext();
  std::vector<llvm::Type*> types(kernel.getFunctionType()->param_begin(),
                                 kernel.getFunctionType()->param_end());
  types.push_back(llvm::Type::getInt8PtrTy(context));
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context), types, false);
  auto* copy = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, "body", module);
  llvm::ValueToValueMapTy map;
  for (llvm::Argument& argument : kernel.args()) {
    copy->getArg(argument.getArgNo())->setName(argument.getName());
    map[&argument] = copy->getArg(argument.getArgNo());
  }
  llvm::SmallVector<llvm::ReturnInst*, 4> returns;
  llvm::CloneFunctionInto(copy, &kernel, map, llvm::CloneFunctionChangeType::LocalChangesOnly,
                          returns);
  copy->setLinkage(llvm::GlobalValue::InternalLinkage);
  Body body;
  body.kernel = copy;
  body.parameters = &parameters;
  place_nulls(*copy);
  body.threadgroup_bytes = place_globals(*copy);
  return body;
}

std::vector<llvm::Value*> load_pointers(llvm::IRBuilder<>& builder, const Body& body,
                                        llvm::Value* buffers, llvm::Value* run_grid,
                                        llvm::Value* scratch) {
  llvm::Type* byte_ptr = builder.getInt8PtrTy();
  std::vector<llvm::Value*> out(body.parameters->size(), nullptr);
  for (unsigned i = 0; i < out.size(); ++i) {
    if (!body.is_pointer(i)) continue;
    const Parameter& parameter = (*body.parameters)[i];
    auto* type = llvm::cast<llvm::PointerType>(body.kernel->getArg(i)->getType());
    if (!body.is_used(i)) {
      out[i] = llvm::UndefValue::get(type);
      continue;
    }
    llvm::Value* address = nullptr;
    if (parameter.kind == Parameter::Kind::ThreadgroupMemory) {
      llvm::Value* words = builder.CreateBitCast(run_grid, builder.getInt32Ty()->getPointerTo());
      llvm::Value* offset = builder.CreateLoad(
          builder.getInt32Ty(),
          builder.CreateConstInBoundsGEP1_32(builder.getInt32Ty(), words, 6 + parameter.index));
      address = builder.CreateInBoundsGEP(builder.getInt8Ty(), scratch,
                                          builder.CreateZExt(offset, builder.getInt64Ty()));
    } else {
      address = builder.CreateLoad(
          byte_ptr, builder.CreateConstInBoundsGEP1_32(byte_ptr, buffers, parameter.index));
    }
    address = builder.CreateBitCast(address, type->getPointerElementType()->getPointerTo());
    if (type->getAddressSpace() != 0) address = builder.CreateAddrSpaceCast(address, type);
    out[i] = address;
  }
  return out;
}

std::vector<llvm::Value*> thread_arguments(llvm::IRBuilder<>& builder, const Body& body,
                                           const std::vector<llvm::Value*>& pointers,
                                           llvm::Value* scratch, const ThreadValues& thread) {
  std::vector<llvm::Value*> out = pointers;
  for (unsigned i = 0; i < out.size(); ++i) {
    if (body.is_pointer(i)) continue;
    llvm::Type* type = body.kernel->getArg(i)->getType();
    out[i] = body.is_used(i) ? built_in(builder, (*body.parameters)[i].name, type, thread)
                             : llvm::UndefValue::get(type);
  }
  out.push_back(scratch);
  return out;
}

void emit_loop(llvm::IRBuilder<>& builder, llvm::Value* from, llvm::Value* to,
               const std::string& name, const std::function<void(llvm::Value*)>& run) {
  llvm::Function* function = builder.GetInsertBlock()->getParent();
  llvm::LLVMContext& context = function->getContext();
  auto* before = builder.GetInsertBlock();
  auto* head = llvm::BasicBlock::Create(context, name + ".head", function);
  auto* inside = llvm::BasicBlock::Create(context, name + ".body", function);
  auto* after = llvm::BasicBlock::Create(context, name + ".end", function);
  builder.CreateBr(head);
  builder.SetInsertPoint(head);
  llvm::PHINode* index = builder.CreatePHI(from->getType(), 2, name);
  index->addIncoming(from, before);
  builder.CreateCondBr(builder.CreateICmpULT(index, to), inside, after);
  builder.SetInsertPoint(inside);
  run(index);
  llvm::Value* one = llvm::ConstantInt::get(from->getType(), 1);
  index->addIncoming(builder.CreateAdd(index, one, "", true, true), builder.GetInsertBlock());
  builder.CreateBr(head);
  builder.SetInsertPoint(after);
}

llvm::Function* declare_entry(llvm::Module& module) {
  llvm::LLVMContext& context = module.getContext();
  auto* i32 = llvm::Type::getInt32Ty(context);
  auto* bytes = llvm::Type::getInt8PtrTy(context);
  auto* type = llvm::FunctionType::get(i32, {bytes->getPointerTo(), bytes, bytes, i32, i32}, false);
  auto* entry =
      llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, kEntryName, module);
  entry->addFnAttr(llvm::Attribute::NoUnwind);
  return entry;
}

}  // namespace tinsmith::cpu
