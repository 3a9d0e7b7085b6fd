// SPDX-License-Identifier: Apache-2.0
// An access is an argument plus a sum whose range is known, in bytes. Ranges that overlap are one
// region; accesses of different regions get LLVM's alias scopes.
#include "cpu/loop_alias.h"

#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "cpu/loop_atomics.h"

namespace tinsmith::cpu {
namespace {

using llvm::Instruction;
using llvm::Value;

constexpr size_t kMostRegions = 32;
constexpr unsigned kDeepest = 24;

struct Access {
  Instruction* inst;
  double first, behind;  // bytes
};

std::optional<Range> range_of(const Value* value, const Ranges& ranges, unsigned depth = 0) {
  if (const auto* number = llvm::dyn_cast<llvm::ConstantInt>(value)) {
    const auto exact = static_cast<double>(number->getSExtValue());
    return Range{exact, exact};
  }
  const auto* inst = llvm::dyn_cast<Instruction>(value);
  if (inst == nullptr || depth > kDeepest) return std::nullopt;
  const auto operand = [&](unsigned i) { return range_of(inst->getOperand(i), ranges, depth + 1); };
  switch (inst->getOpcode()) {
    case Instruction::ZExt:
    case Instruction::SExt: {
      if (!inst->getOperand(0)->getType()->isIntegerTy(32)) return std::nullopt;
      const Range range = ranges.of(inst->getOperand(0));
      if (range.least < 0 && inst->getOpcode() == Instruction::ZExt) return std::nullopt;
      return range;
    }
    case Instruction::Add: {
      const auto x = operand(0), y = operand(1);
      if (!x || !y) return std::nullopt;
      return Range{x->least + y->least, x->greatest + y->greatest};
    }
    case Instruction::Mul: {
      const auto x = operand(0), y = operand(1);
      if (!x || !y || y->least != y->greatest) return std::nullopt;
      const double a = x->least * y->least, b = x->greatest * y->least;
      return Range{std::min(a, b), std::max(a, b)};
    }
    default: return std::nullopt;
  }
}

// Where `pointer` points, from the argument that it is made of.
std::optional<Range> offset_of(const Value* pointer, const Ranges& ranges,
                               const llvm::DataLayout& layout, const llvm::Argument*& base) {
  Range total = {0, 0};
  while (true) {
    if (const auto* cast = llvm::dyn_cast<llvm::BitCastInst>(pointer)) {
      pointer = cast->getOperand(0);
      continue;
    }
    const auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(pointer);
    if (gep == nullptr) break;
    for (auto type = llvm::gep_type_begin(gep); type != llvm::gep_type_end(gep); ++type) {
      if (type.isStruct()) return std::nullopt;
      const auto index = range_of(type.getOperand(), ranges);
      if (!index) return std::nullopt;
      const auto size = static_cast<double>(layout.getTypeAllocSize(type.getIndexedType()));
      total = {total.least + index->least * size, total.greatest + index->greatest * size};
    }
    pointer = gep->getPointerOperand();
  }
  base = llvm::dyn_cast<llvm::Argument>(pointer);
  return base ? std::optional(total) : std::nullopt;
}

const Value* pointer_of(const Instruction& inst) {
  if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst)) return load->getPointerOperand();
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst)) return store->getPointerOperand();
  const auto update = update_of(inst);
  return update ? update->pointer : nullptr;
}

void mark(std::vector<Access>& accesses, llvm::MDNode* domain) {
  std::ranges::sort(accesses, {}, &Access::first);
  std::vector<std::vector<Instruction*>> regions;
  double behind = 0;
  for (const Access& access : accesses) {
    if (regions.empty() || access.first >= behind) regions.emplace_back();
    behind = regions.back().empty() ? access.behind : std::max(behind, access.behind);
    regions.back().push_back(access.inst);
  }
  if (regions.size() < 2 || regions.size() > kMostRegions) return;
  llvm::LLVMContext& context = domain->getContext();
  llvm::MDBuilder builder(context);
  std::vector<llvm::Metadata*> scopes;
  for (size_t i = 0; i < regions.size(); ++i) {
    scopes.push_back(builder.createAnonymousAliasScope(domain));
  }
  for (size_t i = 0; i < regions.size(); ++i) {
    std::vector<llvm::Metadata*> others = scopes;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    for (Instruction* inst : regions[i]) {
      inst->setMetadata(llvm::LLVMContext::MD_alias_scope, llvm::MDNode::get(context, scopes[i]));
      inst->setMetadata(llvm::LLVMContext::MD_noalias, llvm::MDNode::get(context, others));
    }
  }
}

}  // namespace

void mark_disjoint(llvm::Function& function, const Ranges& ranges) {
  const llvm::DataLayout& layout = function.getParent()->getDataLayout();
  std::map<unsigned, std::vector<Access>> by_argument;
  for (Instruction& inst : llvm::instructions(function)) {
    const Value* pointer = pointer_of(inst);
    if (pointer == nullptr) continue;
    const llvm::Argument* base = nullptr;
    const auto offset = offset_of(pointer, ranges, layout, base);
    if (!offset) continue;
    const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst);
    llvm::Type* type = store ? store->getValueOperand()->getType() : inst.getType();
    const auto size = static_cast<double>(layout.getTypeStoreSize(type));
    by_argument[base->getArgNo()].push_back({&inst, offset->least, offset->greatest + size});
  }
  llvm::MDBuilder builder(function.getContext());
  for (auto& [argument, accesses] : by_argument) {
    mark(accesses, builder.createAnonymousAliasScopeDomain());
  }
}

void keep_marks(Value* made, const Instruction& from) {
  auto* inst = llvm::dyn_cast<Instruction>(made);
  if (inst == nullptr) return;
  for (unsigned kind : {llvm::LLVMContext::MD_alias_scope, llvm::LLVMContext::MD_noalias}) {
    inst->setMetadata(kind, from.getMetadata(kind));
  }
}

}  // namespace tinsmith::cpu
