// SPDX-License-Identifier: Apache-2.0
// Types, values and calls: what every other part of the lowering uses.
#include "air/lowering.h"

#include <llvm/IR/Constants.h>

#include <algorithm>

#include "air/witness.h"
#include "support/check.h"

namespace tinsmith::air {

namespace {

// One for all targets and years (facts/air.md §2.1).
constexpr const char* kDataLayout =
    "e-p:64:64:64-i1:8:8-i8:8:8-i16:16:16-i32:32:32-i64:64:64-f32:32:32-f64:64:64-v16:16:16-"
    "v24:32:32-v32:32:32-v48:64:64-v64:64:64-v96:128:128-v128:128:128-v192:256:256-v256:256:256-"
    "v512:512:512-v1024:1024:1024-n8:16:32";

constexpr const char* kNoDoubles = "Metal has no 64-bit floating point: f64 must become f32";

const SpirvType kNoType;

std::unique_ptr<llvm::LLVMContext> new_context() {
  auto context = std::make_unique<llvm::LLVMContext>();
  context->setDiscardValueNames(true);
  return context;
}

}  // namespace

Lowering::Lowering(const SpirvModule& spirv, const package::Task& task, const std::string& entry,
                   const Options& options)
    : spirv_(spirv),
      task_(task),
      entry_(entry),
      options_(options),
      data_(kDataLayout),
      context_(new_context()),
      module_(std::make_unique<llvm::Module>(entry, *context_)),
      builder_(*context_),
      layouts_(spirv, *context_, data_) {
  module_->setDataLayout(data_);
  module_->setTargetTriple(options.target.triple);
  module_->setSourceFileName(entry);
}

Lowering::~Lowering() = default;

bool Lowering::run() {
  auto* type = llvm::FunctionType::get(builder_.getVoidTy(), false);
  function_ = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, "", *module_);
  allocas_ = llvm::BasicBlock::Create(*context_, "", function_);
  auto* start = llvm::BasicBlock::Create(*context_, "", function_);
  builder_.SetInsertPoint(start);
  llvm::Value* result = nullptr;
  if (!constants() || !inline_function(*spirv_.entry(), result)) return false;
  builder_.CreateRetVoid();
  llvm::BranchInst::Create(start, allocas_);
  at_ = nullptr;
  if (!within_limits() || !number_buffers() || !signature() || !verify()) return false;
  simplify(*function_);
  describe();
  return true;
}

bool Lowering::fail(const std::string& why) {
  if (error_.empty()) error_ = at_ ? spirv_.place(*at_) + ": " + why : why;
  return false;
}

llvm::Value* Lowering::value(uint32_t id) {
  auto it = values_.find(id);
  if (it != values_.end()) return it->second;
  fail("%" + std::to_string(id) + " has no value here");
  return nullptr;
}

llvm::Value* Lowering::value(uint32_t id, llvm::Type* expected) {
  llvm::Value* found = value(id);
  if (!found || !expected) return nullptr;
  if (found->getType() == expected) return found;
  fail("operand %" + std::to_string(id) + " is of the wrong type");
  return nullptr;
}

bool Lowering::set(const Instruction& inst, llvm::Value* value) {
  if (!value) return failed() ? false : fail("it has no value");
  llvm::Type* type = llvm_type(inst.type);
  if (!type) return false;
  if (value->getType() != type) return fail("its operands do not fit the type of its result");
  values_[inst.result] = value;
  value_types_[inst.result] = inst.type;
  return true;
}

const SpirvType& Lowering::type_of(uint32_t id) const {
  auto it = value_types_.find(id);
  return it == value_types_.end() ? kNoType : spirv_.type(it->second);
}

const SpirvType& Lowering::scalar_of(const SpirvType& type) const {
  if (type.is_scalar()) return type;
  return type.is(SpirvType::Kind::Vector) ? spirv_.type(type.element) : kNoType;
}

llvm::Type* Lowering::llvm_type(uint32_t type_id) {
  auto it = llvm_types_.find(type_id);
  if (it != llvm_types_.end()) return it->second;
  llvm::Type* made = make_type(spirv_.type(type_id));
  if (!made) {
    fail("%" + std::to_string(type_id) + " is not a type of values that Metal has");
    return nullptr;
  }
  return llvm_types_[type_id] = made;
}

llvm::Type* Lowering::make_type(const SpirvType& type) {
  auto of = [&](uint32_t id) { return llvm_type(id); };
  switch (type.kind) {
    case SpirvType::Kind::Bool: return builder_.getInt1Ty();
    case SpirvType::Kind::Int: return builder_.getIntNTy(type.width);
    case SpirvType::Kind::Float:
      if (type.width == 16) return builder_.getHalfTy();
      return type.width == 32 ? builder_.getFloatTy() : builder_.getDoubleTy();
    case SpirvType::Kind::Vector: {
      llvm::Type* element = of(type.element);
      return element ? llvm::FixedVectorType::get(element, type.count) : nullptr;
    }
    case SpirvType::Kind::Matrix:
    case SpirvType::Kind::Array: {
      llvm::Type* element = of(type.element);
      return element ? llvm::ArrayType::get(element, type.count) : nullptr;
    }
    case SpirvType::Kind::Struct: {
      std::vector<llvm::Type*> members;
      for (uint32_t member : type.members) {
        members.push_back(of(member));
        if (!members.back()) return nullptr;
      }
      return llvm::StructType::get(*context_, members);
    }
    case SpirvType::Kind::Void: return builder_.getVoidTy();
    default: return nullptr;
  }
}

bool Lowering::holds_f64(uint32_t type_id) {
  auto it = f64_types_.find(type_id);
  if (it != f64_types_.end()) return it->second;
  const SpirvType& type = spirv_.type(type_id);
  bool holds = type.is(SpirvType::Kind::Float) && type.width == 64;
  if (type.element != 0 && !type.is(SpirvType::Kind::Function)) holds |= holds_f64(type.element);
  if (type.is(SpirvType::Kind::Struct))
    for (uint32_t member : type.members) holds |= holds_f64(member);
  return f64_types_[type_id] = holds;
}

bool Lowering::accepts_f64(uint32_t type_id) {
  if (type_id == 0 || !holds_f64(type_id)) return true;
  needs_f64_ = true;
  if (is_host()) return true;
  // The first operation that the user wrote says more than the load of an argument before it.
  for (const SpirvFunction& fn : spirv_.functions()) {
    for (const SpirvBlock& block : fn.blocks) {
      auto it = std::ranges::find_if(block.body, [&](const Instruction& inst) {
        return inst.line != 0 && inst.type != 0 && holds_f64(inst.type);
      });
      if (it == block.body.end()) continue;
      at_ = &*it;
      return fail(kNoDoubles);
    }
  }
  return fail(kNoDoubles);
}

std::string Lowering::air_suffix(const llvm::Type* type) const {
  if (const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type))
    return "v" + std::to_string(vector->getNumElements()) + air_suffix(vector->getElementType());
  if (type->isIntegerTy()) return "i" + std::to_string(type->getIntegerBitWidth());
  if (type->isHalfTy()) return "f16";
  if (type->isDoubleTy()) return "f64";
  TS_CHECK(type->isFloatTy(), "no suffix for this type");
  return "f32";
}

llvm::CallInst* Lowering::call_air(const std::string& name, llvm::Type* result,
                                   llvm::ArrayRef<llvm::Value*> arguments) {
  std::vector<llvm::Type*> types;
  for (llvm::Value* argument : arguments) types.push_back(argument->getType());
  auto* type = llvm::FunctionType::get(result, types, false);
  auto* fn = llvm::dyn_cast<llvm::Function>(module_->getOrInsertFunction(name, type).getCallee());
  TS_CHECK(fn && fn->getFunctionType() == type, name + " is used with two signatures");
  AirVersion version{options_.target.air_major, options_.target.air_minor};
  fn->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Local);
  fn->setAttributes(attributes_for(name, *type, version, *context_));
  llvm::CallInst* call = builder_.CreateCall(fn, arguments);
  if (is_convergent(name)) {
    call->addFnAttr(llvm::Attribute::Convergent);
    is_convergent_ = true;
  }
  return call;
}

llvm::AllocaInst* Lowering::temporary(llvm::Type* type, const char*) {
  auto* made = new llvm::AllocaInst(type, 0, nullptr, data_.getPrefTypeAlign(type));
  allocas_->getInstList().push_back(made);
  return made;
}

llvm::BasicBlock* Lowering::new_block(const char*) {
  auto* made = llvm::BasicBlock::Create(*context_, "", function_);
  made->moveAfter(builder_.GetInsertBlock());
  return made;
}

}  // namespace tinsmith::air
