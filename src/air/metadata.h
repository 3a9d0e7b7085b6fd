// SPDX-License-Identifier: Apache-2.0
// Reading operands of metadata nodes that may be anything.
#pragma once
#include <llvm/IR/Constants.h>
#include <llvm/IR/Metadata.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tinsmith::air {

inline const llvm::Metadata* operand_of(const llvm::MDNode& node, unsigned at) {
  return at < node.getNumOperands() ? node.getOperand(at).get() : nullptr;
}

inline std::optional<std::string_view> string_of(const llvm::Metadata* metadata) {
  const auto* string = llvm::dyn_cast_or_null<llvm::MDString>(metadata);
  if (!string) return {};
  llvm::StringRef text = string->getString();
  return std::string_view(text.data(), text.size());
}

inline std::optional<int64_t> number_of(const llvm::Metadata* metadata) {
  const auto* constant = llvm::dyn_cast_or_null<llvm::ConstantAsMetadata>(metadata);
  if (!constant) return {};
  const auto* number = llvm::dyn_cast<llvm::ConstantInt>(constant->getValue());
  if (!number || number->getBitWidth() > 64) return {};
  return number->getSExtValue();
}

inline const llvm::MDNode* node_of(const llvm::Metadata* metadata) {
  return llvm::dyn_cast_or_null<llvm::MDNode>(metadata);
}

}  // namespace tinsmith::air
