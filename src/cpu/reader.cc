// SPDX-License-Identifier: Apache-2.0
// Bitcode in, one kernel with the description of its parameters out. Nothing of the input is
// trusted: LLVM's reader runs under guard, the module is verified, and the metadata is read operand
// by operand.
#include "cpu/reader.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

#include <optional>

#include "air/read_module.h"
#include "cpu/intrinsics.h"

namespace tinsmith::cpu {

namespace {

std::optional<llvm::StringRef> text_of(const llvm::MDNode& node, unsigned index) {
  if (index >= node.getNumOperands()) return std::nullopt;
  const auto* text = llvm::dyn_cast_or_null<llvm::MDString>(node.getOperand(index).get());
  if (text == nullptr) return std::nullopt;
  return text->getString();
}

std::optional<uint32_t> number_of(const llvm::MDNode& node, unsigned index) {
  if (index >= node.getNumOperands()) return std::nullopt;
  auto* number = llvm::mdconst::dyn_extract_or_null<llvm::ConstantInt>(node.getOperand(index));
  if (number == nullptr || number->getBitWidth() > 32) return std::nullopt;
  return static_cast<uint32_t>(number->getZExtValue());
}

// The number after a key of a descriptor: {…, "air.location_index", i32 3, i32 1, …}.
std::optional<uint32_t> number_after(const llvm::MDNode& node, llvm::StringRef key) {
  for (unsigned i = 1; i + 1 < node.getNumOperands(); ++i) {
    if (text_of(node, i) == key) return number_of(node, i + 1);
  }
  return std::nullopt;
}

std::string text_after(const llvm::MDNode& node, llvm::StringRef key) {
  for (unsigned i = 1; i + 1 < node.getNumOperands(); ++i) {
    if (text_of(node, i) == key) return text_of(node, i + 1).value_or("").str();
  }
  return "";
}

bool has_word(const llvm::MDNode& node, llvm::StringRef word) {
  for (unsigned i = 1; i < node.getNumOperands(); ++i) {
    if (text_of(node, i) == word) return true;
  }
  return false;
}

Result<Parameter> read_buffer(const llvm::MDNode& node, const llvm::Argument& argument,
                              const std::string& place) {
  const auto* type = llvm::dyn_cast<llvm::PointerType>(argument.getType());
  if (type == nullptr) return Failure{place + ": described as a buffer, but it is no pointer"};
  Parameter out;
  auto index = number_after(node, "air.location_index");
  if (!index || *index > 30) {
    return Failure{place + ": its air.location_index is missing or not within 0..30"};
  }
  out.index = *index;
  out.kind =
      type->getAddressSpace() == 3 ? Parameter::Kind::ThreadgroupMemory : Parameter::Kind::Buffer;
  out.written = has_word(node, "air.read_write") || has_word(node, "air.write");
  out.constant = type->getAddressSpace() == 2;
  out.type_size = number_after(node, "air.arg_type_size").value_or(0);
  out.optional = has_word(node, "air.function_constant");
  return out;
}

Result<Parameter> read_parameter(const llvm::MDNode& node, const llvm::Argument& argument,
                                 const std::string& entry) {
  std::string place = entry + ": parameter " + std::to_string(argument.getArgNo());
  if (number_of(node, 0) != argument.getArgNo()) {
    return Failure{place + ": its descriptor in !air.kernel carries another number"};
  }
  unsigned at = 1;
  if (text_of(node, at) == llvm::StringRef("air.function_constant")) at += 2;
  auto kind = text_of(node, at);
  if (!kind || !kind->startswith("air.")) {
    return Failure{place + ": its descriptor in !air.kernel names no kind"};
  }
  Parameter out;
  if (*kind == "air.buffer" || *kind == "air.indirect_buffer") {
    TS_TRY_ASSIGN(buffer, read_buffer(node, argument, place));
    out = std::move(buffer);
    out.name = text_after(node, "air.arg_name");
  } else {
    llvm::Type* scalar = argument.getType()->getScalarType();
    if (!scalar->isIntegerTy(32) && !scalar->isIntegerTy(16)) {
      return Failure{place + ": " + kind->str() + " is not something that a compute kernel takes"};
    }
    out.kind = Parameter::Kind::BuiltIn;
    out.name = kind->drop_front(4).str();
  }
  out.type = text_after(node, "air.arg_type_name");
  return out;
}

// {function, outputs, arguments, [attributes…]}
Result<> read_description(Parsed& parsed, const llvm::MDNode& node, const std::string& entry) {
  const auto* arguments = node.getNumOperands() < 3
                              ? nullptr
                              : llvm::dyn_cast_or_null<llvm::MDNode>(node.getOperand(2).get());
  if (arguments == nullptr || arguments->getNumOperands() != parsed.kernel->arg_size()) {
    return Failure{entry + ": !air.kernel does not describe each of its " +
                   std::to_string(parsed.kernel->arg_size()) + " parameters"};
  }
  for (llvm::Argument& argument : parsed.kernel->args()) {
    const auto* one =
        llvm::dyn_cast_or_null<llvm::MDNode>(arguments->getOperand(argument.getArgNo()).get());
    if (one == nullptr) return Failure{entry + ": a descriptor in !air.kernel is no node"};
    TS_TRY_ASSIGN(parameter, read_parameter(*one, argument, entry));
    parsed.parameters.push_back(std::move(parameter));
  }
  for (unsigned i = 3; i < node.getNumOperands(); ++i) {
    const auto* extra = llvm::dyn_cast_or_null<llvm::MDNode>(node.getOperand(i).get());
    if (extra == nullptr || text_of(*extra, 0) != llvm::StringRef("air.max_work_group_size")) {
      continue;
    }
    parsed.max_work_group_size = number_of(*extra, 1).value_or(0);
  }
  return Ok{};
}

Result<> find_kernel(Parsed& parsed, const std::string& entry) {
  const llvm::NamedMDNode* kernels = parsed.module->getNamedMetadata("air.kernel");
  std::string others;
  for (unsigned i = 0; kernels != nullptr && i < kernels->getNumOperands(); ++i) {
    const llvm::MDNode* node = kernels->getOperand(i);
    if (node->getNumOperands() == 0) continue;
    auto* function = llvm::mdconst::dyn_extract_or_null<llvm::Function>(node->getOperand(0));
    if (function == nullptr || function->isDeclaration()) continue;
    if (function->getName() != entry) {
      others += (others.empty() ? "" : ", ") + function->getName().str();
      continue;
    }
    if (!function->getReturnType()->isVoidTy()) {
      return Failure{entry + ": a kernel returns nothing, this function does"};
    }
    parsed.kernel = function;
    return read_description(parsed, *node, entry);
  }
  if (others.empty()) return Failure{entry + ": the code holds no kernel (!air.kernel names none)"};
  return Failure{entry + ": no such kernel; there is " + others};
}

// Other names of a function or global become the thing itself; the kernel may be such a name.
void resolve_aliases(llvm::Module& module, const std::string& entry) {
  for (llvm::GlobalAlias& alias : llvm::make_early_inc_range(module.aliases())) {
    llvm::Constant* target = alias.getAliasee();
    bool is_entry = alias.getName() == entry;
    alias.replaceAllUsesWith(target);
    alias.eraseFromParent();
    if (is_entry && llvm::isa<llvm::Function>(target)) target->setName(entry);
  }
}

// A library is complete but for Metal's own functions; any other would be looked up in our process.
Result<> check_declarations(const llvm::Module& module, const std::string& entry) {
  std::string unknown;
  for (const llvm::Function& function : module) {
    if (!function.isDeclaration() || function.isIntrinsic() || function.use_empty()) continue;
    if (function.getName().startswith("air.")) continue;
    unknown += (unknown.empty() ? "" : ", ") + function.getName().str();
  }
  if (unknown.empty()) return Ok{};
  return Failure{entry + ": it calls functions that are not in the library: " + unknown};
}

Result<> check_types(llvm::Module& module, const std::string& entry) {
  for (llvm::Function& function : module) {
    for (const llvm::Instruction& instruction : llvm::instructions(function)) {
      if (!instruction.getType()->getScalarType()->isBFloatTy()) continue;
      return Failure{entry +
                     ": it computes with bfloat (AIR 2.6), which the cpu device cannot yet"};
    }
  }
  return Ok{};
}

}  // namespace

Result<Parsed> read_kernel(std::span<const std::byte> air, const std::string& entry) {
  Parsed parsed;
  TS_TRY_ASSIGN(loaded, air::read_module(air, entry));
  parsed.context = std::move(loaded.context);
  parsed.module = std::move(loaded.module);
  std::string errors;
  llvm::raw_string_ostream stream(errors);
  if (llvm::verifyModule(*parsed.module, &stream)) {
    return Failure{entry + ": its bitcode is not valid: " + stream.str().substr(0, 300)};
  }
  resolve_aliases(*parsed.module, entry);
  TS_TRY(check_declarations(*parsed.module, entry));
  TS_TRY(check_types(*parsed.module, entry));
  TS_TRY(find_kernel(parsed, entry));
  return parsed;
}

void adapt_to_host(Parsed& parsed, const std::string& triple, const llvm::DataLayout& layout) {
  llvm::Module& module = *parsed.module;
  module.setTargetTriple(triple);
  module.setDataLayout(layout);
  for (const Parameter& parameter : parsed.parameters) {
    auto index = static_cast<unsigned>(&parameter - parsed.parameters.data());
    bool apart = parsed.kernel->getAttributes().hasParamAttr(index, "air-buffer-no-alias");
    if (apart && parameter.kind != Parameter::Kind::BuiltIn) {
      parsed.kernel->addParamAttr(index, llvm::Attribute::NoAlias);
    }
  }
  for (llvm::Function& function : module) {
    if (function.isIntrinsic()) continue;
    function.setAttributes(function.getAttributes().removeFnAttributes(*parsed.context));
    function.addFnAttr(llvm::Attribute::NoUnwind);
    // Merging two of these calls, or moving one behind a condition, changes who takes part.
    if (concerns_several_threads(function.getName())) {
      function.addFnAttr(llvm::Attribute::Convergent);
    }
    if (function.isDeclaration()) continue;
    function.setLinkage(llvm::GlobalValue::InternalLinkage);
    function.setSection("");
    for (llvm::Instruction& instruction : llvm::instructions(function)) {
      auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      if (call == nullptr) continue;
      call->setAttributes(call->getAttributes().removeFnAttributes(*parsed.context));
    }
  }
}

Result<std::vector<Parameter>> parameters(std::span<const std::byte> air,
                                          const std::string& entry) {
  TS_TRY_ASSIGN(parsed, read_kernel(air, entry));
  return std::move(parsed.parameters);
}

}  // namespace tinsmith::cpu
