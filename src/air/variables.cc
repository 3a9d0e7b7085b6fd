// SPDX-License-Identifier: Apache-2.0
// What variables become: buffers are parameters, workgroup memory a global, everything of the
// invocation's own an alloca, built-ins values. Made when first used, so that what a task does not
// use takes no buffer index.
#include <llvm/IR/Constants.h>
#include <llvm/IR/GlobalVariable.h>

#include "air/lowering.h"

namespace tinsmith::air {

namespace {

constexpr unsigned kDevice = 1, kConstant = 2, kThreadgroup = 3;
constexpr uint32_t kBufferAlign = 16;  // Metal: of what a buffer argument points to, at most

struct BuiltInRow {
  spv::BuiltIn kind;
  unsigned components;
};
constexpr BuiltInRow kBuiltIns[] = {
    {spv::BuiltIn::GlobalInvocationId, 3},   {spv::BuiltIn::LocalInvocationId, 3},
    {spv::BuiltIn::WorkgroupId, 3},          {spv::BuiltIn::NumWorkgroups, 3},
    {spv::BuiltIn::LocalInvocationIndex, 1}, {spv::BuiltIn::SubgroupLocalInvocationId, 1},
    {spv::BuiltIn::SubgroupId, 1},           {spv::BuiltIn::NumSubgroups, 1},
    {spv::BuiltIn::SubgroupSize, 1},
};

}  // namespace

const Place* Lowering::global_variable(uint32_t id) {
  const Instruction* inst = spirv_.global(id);
  if (!inst || inst->op != spv::Op::OpVariable) return nullptr;
  Place made;
  if (!global_place(*inst, made)) return nullptr;
  return &(places_[id] = made);
}

bool Lowering::global_place(const Instruction& inst, Place& out) {
  switch (static_cast<spv::StorageClass>(inst.operand(0))) {
    case spv::StorageClass::StorageBuffer:
    case spv::StorageClass::Uniform:
    case spv::StorageClass::PushConstant: return buffer(inst, out);
    case spv::StorageClass::Workgroup: return workgroup(inst, out);
    case spv::StorageClass::Private: return own(inst, out);
    case spv::StorageClass::Input: return input(inst, out);
    case spv::StorageClass::UniformConstant:
      return fail("textures and samplers are not supported yet");
    default: return fail("variables of this storage class are not supported");
  }
}

Lowering::Parameter* Lowering::parameter_of(uint32_t variable) {
  auto it = parameter_index_.find(variable);
  return it == parameter_index_.end() ? nullptr : &parameters_[it->second];
}

Lowering::Parameter& Lowering::new_parameter(llvm::Type* type) {
  Parameter& made = parameters_.emplace_back();
  made.placeholder = std::make_unique<llvm::Argument>(type);
  return made;
}

// Variables with the same binding are one buffer seen in several ways.
bool Lowering::buffer(const Instruction& inst, Place& out) {
  const SpirvType& pointer = spirv_.type(inst.type);
  const SpirvType& block = spirv_.type(pointer.element);
  if (block.is(SpirvType::Kind::Array) || block.is(SpirvType::Kind::RuntimeArray))
    return fail("arrays of buffers are not supported");
  if (!block.is(SpirvType::Kind::Struct)) return fail("a buffer that is not a block");
  if (!accepts_f64(block.id)) return false;
  out.storage = static_cast<spv::StorageClass>(inst.operand(0));
  out.variable = inst.result;
  out.type = block.id;
  out.layout = layouts_.decorated(block.id, kBufferAlign);
  if (!out.layout) return fail(layouts_.error());
  out.flat = out.layout->parts.size() == 1 && out.layout->parts[0]->is_runtime_array() &&
             out.layout->offsets[0] == 0;
  llvm::Type* type =
      out.flat ? out.layout->parts[0]->type->getArrayElementType() : out.layout->type;
  bool is_push = out.storage == spv::StorageClass::PushConstant;
  bool is_constant = is_push || (out.storage == spv::StorageClass::Uniform &&
                                 !spirv_.decoration(block.id, spv::Decoration::BufferBlock));
  auto binding = spirv_.decoration(inst.result, spv::Decoration::Binding);
  if (!binding && !is_push) return fail("a buffer without a binding");
  uint32_t set = spirv_.decoration(inst.result, spv::Decoration::DescriptorSet).value_or(0);
  llvm::Type* parameter_type = type->getPointerTo(is_constant ? kConstant : kDevice);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& other = parameters_[i];
    if (other.builtin || other.is_push || is_push || other.binding != *binding) continue;
    if (other.set != set || other.is_constant != is_constant)
      return fail("two buffers share binding " + std::to_string(*binding));
    parameter_index_[inst.result] = i;
    out.pointer = other.placeholder.get();
    if (out.pointer->getType() != parameter_type)
      out.pointer = new llvm::BitCastInst(out.pointer, parameter_type, "", allocas_);
    return true;
  }
  Parameter& made = new_parameter(parameter_type);
  parameter_index_[inst.result] = parameters_.size() - 1;
  made.variable = inst.result;
  made.binding = binding.value_or(0);
  made.set = set;
  made.order = inst.offset;
  made.is_constant = is_constant;
  made.is_push = is_push;
  made.is_flat = out.flat;
  made.layout = out.layout;
  out.pointer = made.placeholder.get();
  return true;
}

bool Lowering::workgroup(const Instruction& inst, Place& out) {
  out.storage = spv::StorageClass::Workgroup;
  out.variable = inst.result;
  out.type = spirv_.type(inst.type).element;
  out.layout = layouts_.natural(out.type);
  if (!out.layout) return fail(layouts_.error());
  if (out.layout->is_runtime_array()) return fail("an array without a length outside of a buffer");
  if (inst.operands.size() > 1) return fail("initial values of workgroup memory are not supported");
  auto* made = new llvm::GlobalVariable(
      *module_, out.layout->type, false, llvm::GlobalValue::InternalLinkage,
      llvm::UndefValue::get(out.layout->type), "threadgroup" + std::to_string(inst.result), nullptr,
      llvm::GlobalValue::NotThreadLocal, kThreadgroup);
  made->setAlignment(llvm::Align(out.layout->align));
  made->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  out.pointer = made;
  return true;
}

// Storage class Function or Private. An initial value of a private variable is stored at entry.
bool Lowering::own(const Instruction& inst, Place& out) {
  const SpirvType& pointer = spirv_.type(inst.type);
  if (!pointer.is(SpirvType::Kind::Pointer)) return fail("its type is not a pointer");
  out.storage = static_cast<spv::StorageClass>(inst.operand(0));
  out.variable = inst.result;
  out.type = pointer.element;
  out.layout = layouts_.natural(out.type);
  if (!out.layout) return fail(layouts_.error());
  if (out.layout->is_runtime_array()) return fail("an array without a length outside of a buffer");
  auto* made = temporary(out.layout->type, "");
  made->setAlignment(llvm::Align(out.layout->align));
  out.pointer = made;
  if (inst.operands.size() < 2) return true;
  llvm::IRBuilderBase::InsertPointGuard guard(builder_);
  if (out.storage == spv::StorageClass::Private) builder_.SetInsertPoint(allocas_);
  llvm::Value* initial = value(inst.operand(1));
  return initial && store(out, initial);
}

bool Lowering::input(const Instruction& inst, Place& out) {
  auto kind = spirv_.decoration(inst.result, spv::Decoration::BuiltIn);
  if (!kind) return fail("an input of a compute shader that is not a built-in");
  out.storage = spv::StorageClass::Input;
  out.variable = inst.result;
  out.type = spirv_.type(inst.type).element;
  out.builtin = builtin(static_cast<spv::BuiltIn>(*kind));
  if (!out.builtin) return false;
  return out.builtin->getType() == llvm_type(out.type) || fail("a built-in of an unusual type");
}

llvm::Value* Lowering::builtin(spv::BuiltIn kind) {
  for (const Parameter& parameter : parameters_)
    if (parameter.builtin == kind) return parameter.placeholder.get();
  if (kind == spv::BuiltIn::WorkgroupSize) {
    const auto& size = spirv_.local_size();
    return llvm::ConstantDataVector::get(*context_, llvm::ArrayRef(size.data(), size.size()));
  }
  for (const BuiltInRow& row : kBuiltIns) {
    if (row.kind != kind) continue;
    llvm::Type* type = builder_.getInt32Ty();
    if (row.components > 1) type = llvm::FixedVectorType::get(type, row.components);
    Parameter& made = new_parameter(type);
    made.builtin = kind;
    for (const Instruction& inst : spirv_.globals()) {
      if (inst.op == spv::Op::OpVariable &&
          spirv_.decoration(inst.result, spv::Decoration::BuiltIn) == static_cast<uint32_t>(kind))
        made.variable = inst.result;
    }
    return made.placeholder.get();
  }
  fail("built-in " + std::to_string(static_cast<uint32_t>(kind)) + " has no counterpart in Metal");
  return nullptr;
}

}  // namespace tinsmith::air
