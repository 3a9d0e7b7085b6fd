// SPDX-License-Identifier: Apache-2.0
// The seed of a kernel that comes from a library: there is no SPIR-V, so its AIR is changed.
#include <llvm/ADT/SmallVector.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Operator.h>
#include <llvm/IR/PatternMatch.h>
#include <llvm/Support/raw_ostream.h>

#include "cpu/reader.h"
#include "cpu/seed.h"

namespace tinsmith::cpu {

namespace {

bool is_seed(const llvm::Value* pointer, const llvm::Argument& buffer,
             const llvm::DataLayout& layout) {
  llvm::APInt offset(layout.getIndexTypeSizeInBits(pointer->getType()), 0);
  const llvm::Value* base = pointer->stripAndAccumulateConstantOffsets(layout, offset, true);
  return base == &buffer && offset == 4 * kSeedWord;
}

bool stores_next_seed(const llvm::Instruction& inst, const llvm::Argument& buffer,
                      const llvm::DataLayout& layout) {
  using namespace llvm::PatternMatch;
  const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst);
  if (store == nullptr || !is_seed(store->getPointerOperand(), buffer, layout)) return false;
  llvm::Value* read = nullptr;
  if (!match(store->getValueOperand(), m_c_Add(m_Value(read), m_One()))) return false;
  const auto* load = llvm::dyn_cast<llvm::LoadInst>(read);
  return load != nullptr && is_seed(load->getPointerOperand(), buffer, layout);
}

}  // namespace

Result<std::optional<std::vector<std::byte>>> without_seed_stores(std::span<const std::byte> air,
                                                                  const std::string& entry,
                                                                  uint32_t index) {
  using Nothing = std::optional<std::vector<std::byte>>;
  TS_TRY_ASSIGN(parsed, read_kernel(air, entry));
  const llvm::Argument* buffer = nullptr;
  for (size_t i = 0; i < parsed.parameters.size(); ++i) {
    const Parameter& parameter = parsed.parameters[i];
    if (parameter.kind == Parameter::Kind::Buffer && parameter.index == index)
      buffer = parsed.kernel->getArg(static_cast<unsigned>(i));
  }
  if (buffer == nullptr) return Nothing{};
  llvm::SmallVector<llvm::Instruction*, 2> stores;
  for (llvm::BasicBlock& block : *parsed.kernel) {
    for (llvm::Instruction& inst : block) {
      if (stores_next_seed(inst, *buffer, parsed.module->getDataLayout())) stores.push_back(&inst);
    }
  }
  if (stores.empty()) return Nothing{};
  for (llvm::Instruction* store : stores) store->eraseFromParent();
  llvm::SmallVector<char, 0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(*parsed.module, stream);
  const auto* bytes = reinterpret_cast<const std::byte*>(bitcode.data());
  return Nothing{std::vector<std::byte>(bytes, bytes + bitcode.size())};
}

}  // namespace tinsmith::cpu
