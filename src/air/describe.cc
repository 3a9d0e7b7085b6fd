// SPDX-License-Identifier: Apache-2.0
// The metadata that tells Metal what the kernel's parameters are, and which versions the module is
// of. Names, order and shapes as Apple's compiler writes them (facts/air-witness.md §2.12, §5).
#include <llvm/IR/Constants.h>
#include <llvm/IR/Metadata.h>

#include <algorithm>

#include "air/lowering.h"
#include "support/check.h"

namespace tinsmith::air {

namespace {

using Kind = MemoryLayout::Kind;

struct BuiltInName {
  spv::BuiltIn kind;
  const char* air;
  const char* type;
};
constexpr BuiltInName kNames[] = {
    {spv::BuiltIn::GlobalInvocationId, "air.thread_position_in_grid", "uint3"},
    {spv::BuiltIn::LocalInvocationId, "air.thread_position_in_threadgroup", "uint3"},
    {spv::BuiltIn::WorkgroupId, "air.threadgroup_position_in_grid", "uint3"},
    {spv::BuiltIn::NumWorkgroups, "air.threadgroups_per_grid", "uint3"},
    {spv::BuiltIn::LocalInvocationIndex, "air.thread_index_in_threadgroup", "uint"},
    {spv::BuiltIn::SubgroupLocalInvocationId, "air.thread_index_in_simdgroup", "uint"},
    {spv::BuiltIn::SubgroupId, "air.simdgroup_index_in_threadgroup", "uint"},
    {spv::BuiltIn::NumSubgroups, "air.simdgroups_per_threadgroup", "uint"},
    {spv::BuiltIn::SubgroupSize, "air.threads_per_simdgroup", "uint"},
};

// A node as it grows.
class Node {
 public:
  explicit Node(llvm::LLVMContext& context) : context_(context) {}
  Node& add(const std::string& text) {
    parts_.push_back(llvm::MDString::get(context_, text));
    return *this;
  }
  Node& add(uint64_t number) {
    auto* type = llvm::Type::getInt32Ty(context_);
    return add(llvm::ConstantInt::get(type, number));
  }
  Node& add(llvm::Constant* constant) {
    parts_.push_back(llvm::ConstantAsMetadata::get(constant));
    return *this;
  }
  Node& add(llvm::Metadata* part) {
    parts_.push_back(part);
    return *this;
  }
  llvm::MDNode* done() { return llvm::MDNode::get(context_, parts_); }

 private:
  llvm::LLVMContext& context_;
  std::vector<llvm::Metadata*> parts_;
};

// A name that Metal takes for an argument; `otherwise` where the module gives none.
std::string identifier(std::string_view given, const std::string& otherwise) {
  std::string out;
  for (char c : given) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    out += plain ? c : '_';
  }
  if (out.empty()) return otherwise;
  return out[0] >= '0' && out[0] <= '9' ? "_" + out : out;
}

std::string scalar_name(const SpirvType& type) {
  if (type.is(SpirvType::Kind::Bool)) return "bool";
  if (type.is(SpirvType::Kind::Float))
    return type.width == 16 ? "half" : type.width == 32 ? "float" : "double";
  const char* name = type.width == 8    ? "char"
                     : type.width == 16 ? "short"
                     : type.width == 32 ? "int"
                                        : "long";
  return (type.is_signed ? "" : "u") + std::string(name);
}

}  // namespace

// In Metal's words, of an element where it is an array.
std::string Lowering::metal_type(const MemoryLayout& layout) const {
  const SpirvType& type = spirv_.type(layout.type_id);
  switch (type.kind) {
    case SpirvType::Kind::Array:
    case SpirvType::Kind::RuntimeArray: return metal_type(*layout.parts[0]);
    case SpirvType::Kind::Vector: {
      std::string name = scalar_name(spirv_.type(type.element)) + std::to_string(type.count);
      return layout.kind == Kind::Packed ? "packed_" + name : name;
    }
    case SpirvType::Kind::Matrix: {
      const SpirvType& column = spirv_.type(type.element);
      return scalar_name(spirv_.type(column.element)) + std::to_string(type.count) + "x" +
             std::to_string(column.count);
    }
    case SpirvType::Kind::Struct: return identifier(spirv_.name(type.id), "block");
    default: return scalar_name(type);
  }
}

uint64_t Lowering::allocated(const MemoryLayout& layout) const {
  return data_.getTypeAllocSize(layout.type).getFixedSize();
}

// Per field: offset, size, length of an array or 0, type, name; a struct within is described first.
llvm::MDNode* Lowering::describe_fields(const MemoryLayout& layout) {
  Node node(*context_);
  for (uint32_t i = 0; i < layout.parts.size(); ++i) {
    const MemoryLayout* part = layout.parts[i];
    uint64_t length = 0;
    bool is_array = !spirv_.type(part->type_id).is(SpirvType::Kind::Matrix);
    if (part->kind == Kind::Array && is_array) {
      length = std::max<uint64_t>(part->count, 1);
      part = part->parts[0];
    }
    if (part->kind == Kind::Struct) node.add("air.struct_type_info").add(describe_fields(*part));
    node.add(layout.offsets[i]).add(allocated(*part)).add(length).add(metal_type(*part));
    node.add(identifier(spirv_.member_name(layout.type_id, i), "_m" + std::to_string(i)));
  }
  return node.done();
}

llvm::MDNode* Lowering::describe_buffer(const Parameter& p, uint32_t index) {
  Node node(*context_);
  const MemoryLayout& pointee = p.is_flat ? *p.layout->parts[0]->parts[0] : *p.layout;
  bool is_reference = p.layout->parts.empty() || !p.layout->parts.back()->is_runtime_array();
  node.add(index).add("air.buffer");
  if (is_reference) node.add("air.buffer_size").add(p.layout->size);
  node.add("air.location_index").add(p.slot).add(1);
  node.add(p.written ? "air.read_write" : "air.read");
  node.add("air.address_space").add(p.is_constant ? 2 : 1);
  if (pointee.kind == Kind::Struct) node.add("air.struct_type_info").add(describe_fields(pointee));
  node.add("air.arg_type_size").add(allocated(pointee));
  node.add("air.arg_type_align_size").add(pointee.align);
  node.add("air.arg_type_name").add(metal_type(pointee));
  node.add("air.arg_name")
      .add(identifier(spirv_.name(p.variable), "buffer" + std::to_string(p.slot)));
  return node.done();
}

void Lowering::describe() {
  Node arguments(*context_);
  for (unsigned i = 0; i < parameters_.size(); ++i) {
    const Parameter& p = parameters_[i];
    if (!p.builtin) {
      arguments.add(describe_buffer(p, i));
      continue;
    }
    const BuiltInName* name = std::ranges::find(kNames, *p.builtin, &BuiltInName::kind);
    TS_CHECK(name != std::end(kNames), "a built-in without a name");
    std::string otherwise = std::string(name->air).substr(4);
    arguments.add(Node(*context_)
                      .add(i)
                      .add(name->air)
                      .add("air.arg_type_name")
                      .add(name->type)
                      .add("air.arg_name")
                      .add(identifier(spirv_.name(p.variable), otherwise))
                      .done());
  }
  llvm::MDNode* list = arguments.done();
  module_flags();
  auto named = [&](const char* name, llvm::MDNode* node) {
    module_->getOrInsertNamedMetadata(name)->addOperand(node);
  };
  auto node = [&] { return Node(*context_); };
  const metallib::Target& target = options_.target;
  named("llvm.ident", node().add("Tinsmith").done());
  named("air.version", node().add(target.air_major).add(target.air_minor).add(uint64_t{0}).done());
  named("air.language_version",
        node().add("Metal").add(target.msl_major).add(target.msl_minor).add(uint64_t{0}).done());
  for (const char* option : {"denorms_disable", "fast_math_disable", "framebuffer_fetch_enable"})
    named("air.compile_options", node().add("air.compile." + std::string(option)).done());
  const auto& size = spirv_.local_size();
  llvm::MDNode* most =
      node().add("air.max_work_group_size").add(size[0] * size[1] * size[2]).done();
  named("air.kernel", node().add(function_).add(node().done()).add(list).add(most).done());
}

void Lowering::module_flags() {
  const metallib::Target& target = options_.target;
  uint32_t sdk[] = {target.os, 0};
  module_->addModuleFlag(llvm::Module::Warning, "SDK Version",
                         llvm::ConstantDataArray::get(*context_, sdk));
  module_->addModuleFlag(llvm::Module::Error, "wchar_size", 4);
  if (air_at_least(2, 6)) module_->addModuleFlag(llvm::Module::Max, "frame-pointer", 2);
  struct Limit {
    const char* of;
    uint32_t most;
  };
  for (Limit limit : {Limit{"device_buffers", 31}, Limit{"constant_buffers", 31},
                      Limit{"threadgroup_buffers", 31}, Limit{"textures", 128},
                      Limit{"read_write_textures", 8}, Limit{"samplers", 16}}) {
    module_->addModuleFlag(llvm::Module::Max, "air.max_" + std::string(limit.of), limit.most);
  }
}

}  // namespace tinsmith::air
