// SPDX-License-Identifier: Apache-2.0
// Instructions weighted by kind and by the depth of their loop. Wrong by a factor of a few, which
// is good enough to tell microseconds from milliseconds.
#include "cpu/cost.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Instructions.h>

#include <algorithm>
#include <cmath>

namespace tinsmith::cpu {

namespace {

constexpr double kRounds = 32;        // of a loop
constexpr double kMaxDepth = 3;       // deeper loops count as this deep
constexpr double kNanoseconds = 0.1;  // of a plain instruction, four at a time or vectorised

double weight(const llvm::Instruction& instruction) {
  switch (instruction.getOpcode()) {
    case llvm::Instruction::PHI:
    case llvm::Instruction::BitCast:
    case llvm::Instruction::GetElementPtr:
    case llvm::Instruction::AddrSpaceCast: return 0.2;
    case llvm::Instruction::UDiv:
    case llvm::Instruction::SDiv:
    case llvm::Instruction::URem:
    case llvm::Instruction::SRem:
    case llvm::Instruction::FDiv: return 5;
    case llvm::Instruction::FRem:
    case llvm::Instruction::Call: return 10;
    case llvm::Instruction::AtomicRMW:
    case llvm::Instruction::AtomicCmpXchg: return 50;
    default: return 1;
  }
}

}  // namespace

double guess_cost(llvm::Function& function) {
  llvm::DominatorTree tree(function);
  llvm::LoopInfo loops(tree);
  double sum = 0;
  for (const llvm::BasicBlock& block : function) {
    double depth = std::min<double>(loops.getLoopDepth(&block), kMaxDepth);
    double rounds = std::pow(kRounds, depth);
    for (const llvm::Instruction& instruction : block) sum += rounds * weight(instruction);
  }
  return sum * kNanoseconds;
}

}  // namespace tinsmith::cpu
