// SPDX-License-Identifier: Apache-2.0
// Brings a module into the forms that Apple's compiler writes. LLVM 14's passes and its builder
// make some that AIR 2.5 does not have (facts/air.md §4.3): fneg, freeze, poison, flags on phis and
// selects, attributes that came later.
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Operator.h>
#include <llvm/Transforms/Scalar.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>
#include <llvm/Transforms/Utils/Local.h>

#include "air/lowering.h"

namespace tinsmith::air {

namespace {

// The same constant with undef for poison, in aggregates too.
llvm::Constant* without_poison(llvm::Constant* constant) {
  if (llvm::isa<llvm::PoisonValue>(constant)) return llvm::UndefValue::get(constant->getType());
  if (!constant->containsPoisonElement()) return constant;
  std::vector<llvm::Constant*> parts;
  for (unsigned i = 0; i < constant->getNumOperands(); ++i)
    parts.push_back(without_poison(llvm::cast<llvm::Constant>(constant->getOperand(i))));
  return llvm::ConstantVector::get(parts);
}

void legalise(llvm::Instruction& inst) {
  for (llvm::Use& use : inst.operands()) {
    auto* constant = llvm::dyn_cast<llvm::Constant>(use.get());
    if (constant && !llvm::isa<llvm::GlobalValue>(constant)) use.set(without_poison(constant));
  }
  if (auto* freeze = llvm::dyn_cast<llvm::FreezeInst>(&inst)) {
    freeze->replaceAllUsesWith(freeze->getOperand(0));
    freeze->eraseFromParent();
    return;
  }
  if (inst.getOpcode() == llvm::Instruction::FNeg) {
    llvm::Constant* zero = llvm::ConstantFP::getNegativeZero(inst.getType());
    auto* minus = llvm::BinaryOperator::CreateFSub(zero, inst.getOperand(0), "", &inst);
    minus->copyFastMathFlags(&inst);
    inst.replaceAllUsesWith(minus);
    inst.eraseFromParent();
    return;
  }
  bool flags_elsewhere = llvm::isa<llvm::PHINode>(inst) || llvm::isa<llvm::SelectInst>(inst);
  if (flags_elsewhere && llvm::isa<llvm::FPMathOperator>(inst))
    inst.copyFastMathFlags(llvm::FastMathFlags());
}

}  // namespace

void simplify(llvm::Function& function) {
  llvm::legacy::FunctionPassManager passes(function.getParent());
  passes.add(llvm::createSROAPass());
  passes.add(llvm::createEarlyCSEPass());
  passes.add(llvm::createCFGSimplificationPass());
  passes.add(llvm::createDeadCodeEliminationPass());
  passes.doInitialization();
  passes.run(function);
  passes.doFinalization();
}

void legalise(llvm::Module& module, const metallib::Target&) {
  for (llvm::Function& fn : module) {
    for (llvm::BasicBlock& block : fn)
      for (auto it = block.begin(); it != block.end();) legalise(*it++);
  }
  for (auto it = module.begin(); it != module.end();) {
    llvm::Function& fn = *it++;
    if (fn.isDeclaration() && fn.use_empty()) fn.eraseFromParent();
  }
}

}  // namespace tinsmith::air
