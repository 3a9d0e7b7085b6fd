// SPDX-License-Identifier: Apache-2.0
// The proof is by users: every use of the grid's built-ins is followed, and must end in the start
// or the step of one loop's index. What remains can then run with any threads, one included.
#include "cpu/loop_find.h"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/PatternMatch.h>

#include <algorithm>

namespace tinsmith::cpu {
namespace {

using llvm::Instruction;
using llvm::Value;
namespace match = llvm::PatternMatch;

using Values = llvm::SmallPtrSet<const Value*, 8>;

bool is_grid_size(const Parameter& parameter) {
  return parameter.name == "threadgroups_per_grid" || parameter.name == "threads_per_grid";
}

// The x of a built-in: the parameter itself, or what is extracted of it. False: used otherwise.
bool take_x(llvm::Argument& argument, Values& x) {
  if (!argument.getType()->isVectorTy()) {
    x.insert(&argument);
    return true;
  }
  for (const llvm::User* user : argument.users()) {
    const auto* extract = llvm::dyn_cast<llvm::ExtractElementInst>(user);
    const auto* lane =
        extract ? llvm::dyn_cast<llvm::ConstantInt>(extract->getIndexOperand()) : nullptr;
    if (lane == nullptr || !lane->isZero()) return false;
    x.insert(extract);
  }
  return true;
}

struct Finder {
  const llvm::LoopInfo& loops;
  const llvm::DominatorTree& dominators;
  Values positions, sizes;  // x of thread_position_in_grid; of the grid's sizes
  Values accounted;         // instructions in which these may end
  GridLoop found;

  bool take_parameters(llvm::Function& kernel, const std::vector<Parameter>& parameters);
  bool is_step(Value* value);
  bool take_start(Value* value);
  bool take_index(llvm::Loop& loop);
  bool take_exit(llvm::Loop& loop);
  bool take_gathered(llvm::Loop& loop);
  bool all_accounted() const;
  bool is_pure_outside(llvm::Function& kernel, llvm::Loop& loop) const;
};

bool Finder::take_parameters(llvm::Function& kernel, const std::vector<Parameter>& parameters) {
  if (kernel.arg_size() != parameters.size()) return false;
  for (llvm::Argument& argument : kernel.args()) {
    const Parameter& parameter = parameters[argument.getArgNo()];
    if (parameter.kind == Parameter::Kind::ThreadgroupMemory) return false;
    if (parameter.kind != Parameter::Kind::BuiltIn || argument.use_empty()) continue;
    if (parameter.name == "thread_position_in_grid") {
      if (!take_x(argument, positions)) return false;
    } else if (is_grid_size(parameter)) {
      if (!take_x(argument, sizes)) return false;
    } else {
      return false;
    }
  }
  return !positions.empty();
}

// All threads of the grid: its threadgroups times a constant, or simply their number.
bool Finder::is_step(Value* value) {
  if (sizes.contains(value)) return true;
  Value* groups = nullptr;
  const bool is_product =
      match::match(value, match::m_c_Mul(match::m_Value(groups), match::m_ConstantInt())) ||
      match::match(value, match::m_Shl(match::m_Value(groups), match::m_ConstantInt()));
  if (!is_product || !sizes.contains(groups)) return false;
  accounted.insert(value);
  return true;
}

bool Finder::take_start(Value* value) {
  found.begin = nullptr;
  if (positions.contains(value)) return true;
  Value *x = nullptr, *y = nullptr;
  if (!match::match(value, match::m_Add(match::m_Value(x), match::m_Value(y)))) return false;
  if (positions.contains(y)) std::swap(x, y);
  if (!positions.contains(x) || positions.contains(y)) return false;
  accounted.insert(value);
  found.begin = y;
  return true;
}

bool Finder::take_index(llvm::Loop& loop) {
  llvm::BasicBlock *before = loop.getLoopPreheader(), *latch = loop.getLoopLatch();
  if (before == nullptr || latch == nullptr) return false;
  for (llvm::PHINode& phi : loop.getHeader()->phis()) {
    if (!phi.getType()->isIntegerTy(32) || !take_start(phi.getIncomingValueForBlock(before)))
      continue;
    Value *x = nullptr, *y = nullptr;
    auto* next = llvm::dyn_cast<Instruction>(phi.getIncomingValueForBlock(latch));
    if (next == nullptr || !match::match(next, match::m_Add(match::m_Value(x), match::m_Value(y))))
      return false;
    if (x != &phi) std::swap(x, y);
    if (x != &phi || !is_step(y) || !next->hasOneUse()) return false;
    accounted.insert(next);
    accounted.insert(&phi);
    found.index = &phi;
    found.loop = &loop;
    return true;
  }
  return false;
}

bool Finder::take_exit(llvm::Loop& loop) {
  llvm::BasicBlock* header = loop.getHeader();
  if (loop.getExitingBlock() != header) return false;
  auto* branch = llvm::dyn_cast<llvm::BranchInst>(header->getTerminator());
  if (branch == nullptr || !branch->isConditional()) return false;
  auto* compare = llvm::dyn_cast<llvm::ICmpInst>(branch->getCondition());
  if (compare == nullptr) return false;
  auto predicate = compare->getPredicate();
  Value* bound = compare->getOperand(1);
  if (compare->getOperand(0) != found.index) {
    bound = compare->getOperand(0);
    predicate = llvm::ICmpInst::getSwappedPredicate(predicate);
    if (compare->getOperand(1) != found.index) return false;
  }
  const bool stays_on_true = loop.contains(branch->getSuccessor(0));
  if (!stays_on_true) predicate = llvm::ICmpInst::getInversePredicate(predicate);
  if (predicate != llvm::ICmpInst::ICMP_ULT && predicate != llvm::ICmpInst::ICMP_SLT) return false;
  if (!loop.isLoopInvariant(bound)) return false;
  found.compare = compare;
  found.bound = bound;
  found.is_signed = predicate == llvm::ICmpInst::ICMP_SLT;
  found.body = branch->getSuccessor(stays_on_true ? 0 : 1);
  found.exit = branch->getSuccessor(stays_on_true ? 1 : 0);
  return true;
}

// Follows what a gathered value becomes inside the loop: only combined with other things, by one
// operation, or passed on.
bool follow_gathered(Gathered& gathered, const llvm::Loop& loop, Value* next) {
  std::optional<Gathering> how;
  Values chain;
  llvm::SmallVector<const Value*, 8> work = {gathered.phi};
  while (!work.empty()) {
    const Value* value = work.pop_back_val();
    if (!chain.insert(value).second) continue;
    for (const llvm::User* user : value->users()) {
      const auto* inst = llvm::cast<Instruction>(user);
      if (!loop.contains(inst)) {
        if (value != gathered.phi) return false;
        continue;
      }
      const auto* select = llvm::dyn_cast<llvm::SelectInst>(inst);
      if (select != nullptr && select->getCondition() == value) return false;
      if (select == nullptr && !llvm::isa<llvm::PHINode>(inst)) {
        const auto found = gathering_of(*inst);
        if (!found || (how && *how != *found)) return false;
        const bool subtracts =
            inst->getOpcode() == Instruction::FSub || inst->getOpcode() == Instruction::Sub;
        if (subtracts && inst->getOperand(0) != value) return false;
        how = found;
      }
      work.push_back(inst);
    }
  }
  if (!how || !chain.contains(next)) return false;
  for (const Value* value : chain) {  // nothing else may take its place, and it counts once
    unsigned others = 0, own = 0;
    if (value == gathered.phi) continue;
    const auto* inst = llvm::cast<Instruction>(value);
    const unsigned first = llvm::isa<llvm::SelectInst>(inst) ? 1 : 0;
    const unsigned operands = llvm::isa<llvm::CallInst>(inst) ? 2 : inst->getNumOperands();
    for (unsigned i = first; i < operands; ++i) {
      ++(chain.contains(inst->getOperand(i)) ? own : others);
    }
    const bool passes = llvm::isa<llvm::PHINode>(inst) || llvm::isa<llvm::SelectInst>(inst);
    if (passes ? others != 0 : own != 1) return false;
  }
  gathered.how = *how;
  return true;
}

bool Finder::take_gathered(llvm::Loop& loop) {
  for (llvm::PHINode& phi : loop.getHeader()->phis()) {
    if (&phi == found.index) continue;
    Gathered gathered{&phi, {}};
    if (!follow_gathered(gathered, loop, phi.getIncomingValueForBlock(loop.getLoopLatch())))
      return false;
    auto* start =
        llvm::dyn_cast<llvm::Constant>(phi.getIncomingValueForBlock(loop.getLoopPreheader()));
    llvm::Constant* identity = identity_of(gathered.how, phi.getType());
    const bool is_zero_sum = gathered.how == Gathering::FAdd && start && start->isZeroValue();
    if (start == nullptr || (start != identity && !is_zero_sum)) return false;
    found.gathered.push_back(gathered);
  }
  return true;
}

bool Finder::all_accounted() const {
  for (const Values* values : {&positions, &sizes}) {
    for (const Value* value : *values) {
      for (const llvm::User* user : value->users()) {
        const auto* inst = llvm::cast<Instruction>(user);
        if (!accounted.contains(inst)) return false;
      }
    }
  }
  for (const Value* value : accounted) {  // start and step: used by the loop's index alone
    if (value == found.index) continue;
    for (const llvm::User* user : value->users()) {
      if (!accounted.contains(user)) return false;
    }
  }
  return true;
}

bool is_atomic_update(const Instruction& inst) {
  return llvm::isa<llvm::AtomicRMWInst>(inst) || llvm::isa<llvm::AtomicCmpXchgInst>(inst);
}

// Threads that act together, or have memory in common: their number matters.
bool meets_others(const Instruction& inst) {
  const auto* call = llvm::dyn_cast<llvm::CallInst>(&inst);
  const auto* callee = call ? call->getCalledFunction() : nullptr;
  if (call && (!callee || callee->getName().startswith("air."))) return true;
  return std::ranges::any_of(inst.operands(), [](const llvm::Use& operand) {
    const auto* global =
        llvm::dyn_cast<llvm::GlobalVariable>(llvm::getUnderlyingObject(operand.get()));
    return global && !global->isConstant();
  });
}

// Before the loop nothing may be written; after it only atomically, since every thread does it.
bool Finder::is_pure_outside(llvm::Function& kernel, llvm::Loop& loop) const {
  for (const Instruction& inst : llvm::instructions(kernel)) {
    if (meets_others(inst)) return false;
  }
  for (llvm::BasicBlock& block : kernel) {
    if (loop.contains(&block)) continue;
    const bool after = dominators.dominates(found.exit, &block);
    for (Instruction& inst : block) {
      if (llvm::isa<llvm::ReturnInst>(inst) || !inst.mayHaveSideEffects()) continue;
      if (llvm::isa<llvm::LoadInst>(inst) && after) continue;  // an atomic load
      if (!after || found.gathered.empty() || !is_atomic_update(inst)) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<Gathering> gathering_of(const Instruction& inst) {
  switch (inst.getOpcode()) {
    case Instruction::FAdd:
    case Instruction::FSub: return Gathering::FAdd;
    case Instruction::FMul: return Gathering::FMul;
    case Instruction::Add:
    case Instruction::Sub: return Gathering::Add;
    case Instruction::Mul: return Gathering::Mul;
    case Instruction::And: return Gathering::And;
    case Instruction::Or: return Gathering::Or;
    case Instruction::Xor: return Gathering::Xor;
    default: break;
  }
  const auto* intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&inst);
  if (intrinsic == nullptr) return std::nullopt;
  switch (intrinsic->getIntrinsicID()) {
    case llvm::Intrinsic::minnum: return Gathering::FMin;
    case llvm::Intrinsic::maxnum: return Gathering::FMax;
    case llvm::Intrinsic::smin: return Gathering::SMin;
    case llvm::Intrinsic::smax: return Gathering::SMax;
    case llvm::Intrinsic::umin: return Gathering::UMin;
    case llvm::Intrinsic::umax: return Gathering::UMax;
    default: return std::nullopt;
  }
}

llvm::Constant* identity_of(Gathering how, llvm::Type* type) {
  const unsigned bits = type->getScalarSizeInBits();
  using llvm::APInt;
  using llvm::ConstantFP;
  using llvm::ConstantInt;
  switch (how) {
    case Gathering::FAdd: return ConstantFP::getNegativeZero(type);
    case Gathering::FMul: return ConstantFP::get(type, 1.0);
    case Gathering::FMin: return ConstantFP::getInfinity(type);
    case Gathering::FMax: return ConstantFP::getInfinity(type, true);
    case Gathering::Mul: return ConstantInt::get(type, 1);
    case Gathering::And:
    case Gathering::UMin: return llvm::Constant::getAllOnesValue(type);
    case Gathering::SMin: return ConstantInt::get(type, APInt::getSignedMaxValue(bits));
    case Gathering::SMax: return ConstantInt::get(type, APInt::getSignedMinValue(bits));
    case Gathering::Add:
    case Gathering::Or:
    case Gathering::Xor:
    case Gathering::UMax: return llvm::Constant::getNullValue(type);
  }
  return nullptr;
}

Value* combine(llvm::IRBuilderBase& b, Gathering how, Value* x, Value* y) {
  using llvm::Intrinsic::ID;
  const auto call = [&](ID id) { return b.CreateBinaryIntrinsic(id, x, y); };
  switch (how) {
    case Gathering::FAdd: return b.CreateFAdd(x, y);
    case Gathering::FMul: return b.CreateFMul(x, y);
    case Gathering::FMin: return call(llvm::Intrinsic::minnum);
    case Gathering::FMax: return call(llvm::Intrinsic::maxnum);
    case Gathering::Add: return b.CreateAdd(x, y);
    case Gathering::Mul: return b.CreateMul(x, y);
    case Gathering::And: return b.CreateAnd(x, y);
    case Gathering::Or: return b.CreateOr(x, y);
    case Gathering::Xor: return b.CreateXor(x, y);
    case Gathering::SMin: return call(llvm::Intrinsic::smin);
    case Gathering::SMax: return call(llvm::Intrinsic::smax);
    case Gathering::UMin: return call(llvm::Intrinsic::umin);
    case Gathering::UMax: return call(llvm::Intrinsic::umax);
  }
  return nullptr;
}

std::optional<GridLoop> find_grid_loop(llvm::Function& kernel,
                                       const std::vector<Parameter>& parameters,
                                       const llvm::LoopInfo& loops,
                                       const llvm::DominatorTree& dominators) {
  Finder finder{loops, dominators, {}, {}, {}, {}};
  if (!finder.take_parameters(kernel, parameters)) return std::nullopt;
  for (llvm::Loop* loop : loops) {
    if (!finder.take_index(*loop)) continue;
    if (!finder.take_exit(*loop) || !finder.take_gathered(*loop)) return std::nullopt;
    if (!finder.all_accounted() || !finder.is_pure_outside(kernel, *loop)) return std::nullopt;
    return finder.found;
  }
  return std::nullopt;
}

}  // namespace tinsmith::cpu
