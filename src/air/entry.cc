// SPDX-License-Identifier: Apache-2.0
// The kernel function itself: buffers in the order of their indices, then built-ins. The body is
// emitted before it is known what it uses, so it moves into the function that has the right type.
#include <llvm/IR/Constants.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>

#include "air/lowering.h"

namespace tinsmith::air {

namespace {

// Metal feature set tables, every GPU family since Apple4: buffer arguments of a function, threads
// and bytes of threadgroup memory of a threadgroup.
constexpr uint32_t kMetalBufferSlots = 31, kMetalGroupThreads = 1024;
constexpr uint64_t kMetalGroupBytes = 32768;

}  // namespace

bool Lowering::number_buffers() {
  std::ranges::stable_sort(parameters_, {}, [](const Parameter& p) {
    return std::tuple(p.builtin.has_value(),
                      p.builtin ? static_cast<uint32_t>(*p.builtin) : p.order);
  });
  uint32_t next = 0;
  bool by_binding = options_.numbering == Numbering::Binding;
  for (Parameter& p : parameters_) {
    if (p.builtin || (by_binding && p.is_push)) continue;
    p.slot = by_binding ? p.binding : next;
    next = std::max(next, p.slot) + 1;
    if (p.slot >= kMetalBufferSlots) {
      return fail("binding " + std::to_string(p.binding) + " is beyond Metal's " +
                  std::to_string(kMetalBufferSlots) + " buffers" +
                  (by_binding ? "; --numbering auto counts from 0" : ""));
    }
  }
  for (Parameter& p : parameters_)
    if (!p.builtin && by_binding && p.is_push) p.slot = next;
  std::ranges::stable_sort(parameters_, {}, [](const Parameter& p) {
    return std::tuple(p.builtin.has_value(), p.builtin ? 0 : p.slot);
  });
  parameter_index_.clear();
  for (const package::BufferBinding& wanted : task_.buffers) {
    auto it = std::ranges::find_if(parameters_, [&](const Parameter& p) {
      return !p.builtin && !p.is_push && p.binding == wanted.binding;
    });
    indices_.push_back(it == parameters_.end() ? std::nullopt : std::optional(it->slot));
  }
  return true;
}

// Two views of one buffer, or ndarrays for which the caller may give the same array twice.
bool Lowering::may_alias(const Parameter& parameter) const {
  if (parameter.is_constant) return false;
  auto described = [&](const Parameter& p) {
    return std::ranges::find(task_.buffers, p.binding, &package::BufferBinding::binding);
  };
  auto mine = described(parameter);
  bool alone = std::ranges::count_if(parameters_, [](const Parameter& p) {
                 return !p.builtin && !p.is_constant;
               }) == 1;
  if (alone) return false;
  if (mine == task_.buffers.end()) return true;
  bool is_array = mine->type == package::BufferType::ExtArr;
  bool any_array_written = false;
  for (const Parameter& other : parameters_) {
    if (other.builtin || other.is_constant) continue;
    auto its = described(other);
    if (its == task_.buffers.end()) return true;
    any_array_written |= its->type == package::BufferType::ExtArr && other.written;
    bool same_source = its->type == mine->type && its->root_id == mine->root_id;
    if (&other != &parameter && same_source && !is_array) return true;
  }
  return is_array && any_array_written;
}

bool Lowering::within_limits() {
  if (is_host()) return true;
  const auto& size = spirv_.local_size();
  uint32_t threads = size[0] * size[1] * size[2];
  if (threads > kMetalGroupThreads) {
    return fail("a threadgroup of " + std::to_string(threads) + " threads; Metal has at most " +
                std::to_string(kMetalGroupThreads));
  }
  uint64_t bytes = 0;
  for (const llvm::GlobalVariable& variable : module_->globals())
    bytes += data_.getTypeAllocSize(variable.getValueType());
  if (bytes <= kMetalGroupBytes) return true;
  return fail(std::to_string(bytes) + " bytes of workgroup memory; Metal has at most " +
              std::to_string(kMetalGroupBytes));
}

bool Lowering::signature() {
  std::vector<llvm::Type*> types;
  for (const Parameter& p : parameters_) types.push_back(p.placeholder->getType());
  auto* type = llvm::FunctionType::get(builder_.getVoidTy(), types, false);
  auto* made = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, entry_, *module_);
  made->getBasicBlockList().splice(made->begin(), function_->getBasicBlockList());
  function_->eraseFromParent();
  function_ = made;
  made->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Local);
  made->addFnAttr(llvm::Attribute::NoUnwind);
  if (is_convergent_) made->addFnAttr(llvm::Attribute::Convergent);
  const auto& size = spirv_.local_size();
  made->addFnAttr("max-work-group-size", std::to_string(size[0] * size[1] * size[2]));
  made->addFnAttr("no-builtins");
  if (air_at_least(2, 6)) {
    made->addFnAttr("frame-pointer", "all");
  } else {
    made->addFnAttr("no-frame-pointer-elim", "true");
    made->addFnAttr("no-frame-pointer-elim-non-leaf", "true");
  }
  made->addFnAttr("stack-protector-buffer-size", "8");
  for (unsigned i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i];
    llvm::Argument* argument = made->getArg(i);
    p.placeholder->replaceAllUsesWith(argument);
    if (p.builtin) continue;
    bool is_reference = p.layout->parts.empty() || !p.layout->parts.back()->is_runtime_array();
    llvm::AttrBuilder attributes(*context_);
    if (air_at_least(2, 6)) attributes.addAttribute(llvm::Attribute::NoUndef);
    if (is_reference) attributes.addDereferenceableAttr(p.layout->size);
    if (!may_alias(p)) attributes.addAttribute("air-buffer-no-alias");
    argument->addAttrs(attributes);
  }
  return true;
}

bool Lowering::verify() {
  std::string problems;
  llvm::raw_string_ostream out(problems);
  if (!llvm::verifyFunction(*function_, &out)) return true;
  out.flush();
  return fail("the SPIR-V is not valid: " + problems.substr(0, problems.find('\n')));
}

}  // namespace tinsmith::air
