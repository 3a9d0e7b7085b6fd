// SPDX-License-Identifier: Apache-2.0
// What stands around a division here comes from intrinsics.cc: the divisor is 1 where it is 0 or
// where the quotient overflows, and a quotient by 0 is replaced.
#include "cpu/loop_division.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/PatternMatch.h>

#include <vector>

namespace tinsmith::cpu {
namespace {

using llvm::BinaryOperator;
using llvm::Instruction;
using llvm::Value;
namespace match = llvm::PatternMatch;

Value* without_checks(Value* divisor) {
  while (auto* select = llvm::dyn_cast<llvm::SelectInst>(divisor)) {
    if (!match::match(select->getTrueValue(), match::m_One())) break;
    divisor = select->getFalseValue();
  }
  return divisor;
}

// select(size == 0, …, division): the division.
void drop_check_of_zero(BinaryOperator& division, Value* size) {
  std::vector<llvm::SelectInst*> checks;
  for (llvm::User* user : division.users()) {
    auto* select = llvm::dyn_cast<llvm::SelectInst>(user);
    llvm::ICmpInst::Predicate predicate{};
    if (select && select->getFalseValue() == &division &&
        match::match(select->getCondition(),
                     match::m_ICmp(predicate, match::m_Specific(size), match::m_Zero())) &&
        predicate == llvm::ICmpInst::ICMP_EQ) {
      checks.push_back(select);
    }
  }
  for (llvm::SelectInst* check : checks) {
    check->replaceAllUsesWith(&division);
    check->eraseFromParent();
  }
}

void find_remainders(llvm::PHINode& index, BinaryOperator& division, Value* size, Ranges& ranges) {
  std::vector<Instruction*> found;
  for (llvm::User* user : division.users()) {
    if (!match::match(user, match::m_c_Mul(match::m_Specific(size), match::m_Specific(&division))))
      continue;
    for (llvm::User* outer : user->users()) {
      if (match::match(outer, match::m_Sub(match::m_Specific(&index), match::m_Specific(user))))
        found.push_back(llvm::cast<Instruction>(outer));
    }
  }
  for (Instruction* remainder : found) {
    llvm::IRBuilder<> b(remainder);
    Value* plain = b.CreateURem(&index, size);
    ranges.set(plain, {0, ranges.of(&index).greatest});
    remainder->replaceAllUsesWith(plain);
  }
}

}  // namespace

Value* assume_positive_size(const llvm::Loop& loop, llvm::PHINode& index, Ranges& ranges) {
  const Range range = ranges.of(&index);
  if (range.least < 0) return nullptr;
  Value* size = nullptr;
  std::vector<BinaryOperator*> divisions;
  for (llvm::User* user : index.users()) {
    auto* division = llvm::dyn_cast<BinaryOperator>(user);
    if (!division || !division->isIntDivRem() || division->getOperand(0) != &index) continue;
    Value* divisor = without_checks(division->getOperand(1));
    const bool is_other = size != nullptr && size != divisor;
    if (llvm::isa<llvm::Constant>(divisor) || is_other || !loop.isLoopInvariant(divisor))
      return nullptr;
    size = divisor;
    divisions.push_back(division);
  }
  for (BinaryOperator* division : divisions) {
    const bool is_remainder =
        division->getOpcode() == Instruction::SRem || division->getOpcode() == Instruction::URem;
    llvm::IRBuilder<> b(division);
    auto* plain = llvm::cast<BinaryOperator>(
        b.CreateBinOp(is_remainder ? Instruction::URem : Instruction::UDiv, &index, size));
    division->replaceAllUsesWith(plain);
    division->eraseFromParent();
    ranges.set(plain, {0, range.greatest});
    drop_check_of_zero(*plain, size);
    if (!is_remainder) find_remainders(index, *plain, size, ranges);
  }
  return size;
}

}  // namespace tinsmith::cpu
