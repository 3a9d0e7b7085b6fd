// SPDX-License-Identifier: Apache-2.0
// A loop "load, compute, compare-exchange, again unless it held what was loaded" ends with its
// first round when nobody else writes. The round is kept, with the memory's value in place of the
// guess.
#include "cpu/loop_atomics.h"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Local.h>

#include "cpu/loop_alias.h"

namespace tinsmith::cpu {
namespace {

using llvm::AtomicCmpXchgInst;
using llvm::AtomicRMWInst;
using llvm::BasicBlock;
using llvm::Instruction;
using llvm::IRBuilder;
using llvm::Type;
using llvm::Value;

constexpr llvm::StringLiteral kUpdate = "tinsmith.update.";

std::string mangled(Type* type) {
  std::string text;
  llvm::raw_string_ostream out(text);
  type->print(out);
  return out.str();
}

llvm::CallInst* create_update(IRBuilder<>& b, const Update& update) {
  Type* type = update.value->getType();
  const unsigned space = update.pointer->getType()->getPointerAddressSpace();
  Value* pointer = b.CreatePointerCast(update.pointer, type->getPointerTo(space));
  const std::string name = kUpdate.str() + llvm::utostr(static_cast<unsigned>(update.how)) + "." +
                           mangled(pointer->getType());
  llvm::FunctionCallee callee = b.GetInsertBlock()->getModule()->getOrInsertFunction(
      name, llvm::FunctionType::get(type, {pointer->getType(), type}, false));
  return b.CreateCall(callee, {pointer, update.value});
}

Value* without_casts(Value* value) {
  while (auto* cast = llvm::dyn_cast<llvm::BitCastInst>(value)) value = cast->getOperand(0);
  return value;
}

Value* old_value(AtomicCmpXchgInst& exchange) {
  for (llvm::User* user : exchange.users()) {
    auto* part = llvm::dyn_cast<llvm::ExtractValueInst>(user);
    if (part && part->getIndices()[0] == 0) return part;
  }
  return nullptr;
}

bool depends_on(Value* value, const Value* source, const llvm::Loop& loop) {
  llvm::SmallPtrSet<Value*, 16> seen;
  llvm::SmallVector<Value*, 16> work = {value};
  while (!work.empty()) {
    Value* next = work.pop_back_val();
    if (next == source) return true;
    auto* inst = llvm::dyn_cast<Instruction>(next);
    if (inst == nullptr || !loop.contains(inst) || !seen.insert(next).second) continue;
    work.append(inst->value_op_begin(), inst->value_op_end());
  }
  return false;
}

// The loop of one compare-exchange that has not succeeded yet.
struct Retry {
  llvm::Loop* loop = nullptr;
  AtomicCmpXchgInst* exchange = nullptr;
  Instruction* guess = nullptr;  // what memory is thought to hold: a phi, or loaded in each round
  llvm::BranchInst* branch = nullptr;  // leaves the loop on success
  unsigned leave = 0;                  // its successor outside
};

bool is_pure_but(const llvm::Loop& loop, const Instruction* allowed) {
  for (BasicBlock* block : loop.blocks()) {
    for (Instruction& inst : *block) {
      if (&inst == allowed || inst.isTerminator()) continue;
      const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst);
      if (load != nullptr && !load->isVolatile()) continue;
      if (inst.mayHaveSideEffects()) return false;
    }
  }
  return true;
}

// Whether `condition` says that the exchange took place; `on` is its value then.
bool says_success(Value* condition, Retry& retry, bool& on) {
  if (auto* part = llvm::dyn_cast<llvm::ExtractValueInst>(condition)) {
    on = true;
    return part->getAggregateOperand() == retry.exchange && part->getIndices()[0] == 1;
  }
  auto* compare = llvm::dyn_cast<llvm::ICmpInst>(condition);
  Value* old = old_value(*retry.exchange);
  if (compare == nullptr || old == nullptr || !compare->isEquality()) return false;
  Value *x = without_casts(compare->getOperand(0)), *y = without_casts(compare->getOperand(1));
  Value* expected = without_casts(retry.exchange->getCompareOperand());
  on = compare->getPredicate() == llvm::ICmpInst::ICMP_EQ;
  return (x == old && y == expected) || (y == old && x == expected);
}

std::optional<Retry> find_retry(AtomicCmpXchgInst& exchange, const llvm::LoopInfo& loops) {
  Retry retry{loops.getLoopFor(exchange.getParent()), &exchange, nullptr, nullptr, 0};
  llvm::Loop* loop = retry.loop;
  if (loop == nullptr || !loop->getSubLoops().empty() || !is_pure_but(*loop, &exchange))
    return std::nullopt;
  BasicBlock* exiting = loop->getExitingBlock();
  if (exiting == nullptr || loop->getLoopPreheader() == nullptr) return std::nullopt;
  retry.guess = llvm::dyn_cast<Instruction>(without_casts(exchange.getCompareOperand()));
  if (retry.guess == nullptr || retry.guess->getParent() != loop->getHeader()) return std::nullopt;
  const auto* load = llvm::dyn_cast<llvm::LoadInst>(retry.guess);
  const bool is_loaded = load && load->getPointerOperand() == exchange.getPointerOperand();
  if (!is_loaded && !llvm::isa<llvm::PHINode>(retry.guess)) return std::nullopt;
  for (llvm::PHINode& phi : loop->getHeader()->phis()) {
    if (&phi != retry.guess) return std::nullopt;
  }
  retry.branch = llvm::dyn_cast<llvm::BranchInst>(exiting->getTerminator());
  bool on = false;
  if (retry.branch == nullptr || !says_success(retry.branch->getCondition(), retry, on))
    return std::nullopt;
  retry.leave = on ? 0 : 1;
  if (loop->contains(retry.branch->getSuccessor(retry.leave))) return std::nullopt;
  bool changed = false;
  if (!loop->makeLoopInvariant(exchange.getPointerOperand(), changed)) return std::nullopt;
  return retry;
}

// combine(guess, value) as what the exchange stores.
std::optional<Update> as_update(const Retry& retry) {
  auto* result = llvm::dyn_cast<Instruction>(without_casts(retry.exchange->getNewValOperand()));
  if (result == nullptr || !retry.loop->contains(result)) return std::nullopt;
  if (const auto* fused = llvm::dyn_cast<llvm::IntrinsicInst>(result);
      fused && fused->getIntrinsicID() == llvm::Intrinsic::fma) {
    Value *x = fused->getArgOperand(0), *y = fused->getArgOperand(1);
    const bool adds = without_casts(fused->getArgOperand(2)) == retry.guess &&
                      !depends_on(x, retry.guess, *retry.loop) &&
                      !depends_on(y, retry.guess, *retry.loop);
    if (!adds) return std::nullopt;
    IRBuilder<> b(retry.exchange);
    return Update{Gathering::FAdd, retry.exchange->getPointerOperand(), b.CreateFMul(x, y)};
  }
  const auto how = gathering_of(*result);
  if (!how) return std::nullopt;
  const auto opcode = result->getOpcode();
  const bool subtracts = opcode == Instruction::FSub || opcode == Instruction::Sub;
  for (unsigned side = 0; side < (subtracts ? 1U : 2U); ++side) {
    Value* other = result->getOperand(1 - side);
    if (without_casts(result->getOperand(side)) != retry.guess) continue;
    if (depends_on(other, retry.guess, *retry.loop)) return std::nullopt;
    if (subtracts) {
      IRBuilder<> b(retry.exchange);
      other = opcode == Instruction::FSub ? b.CreateFNeg(other) : b.CreateNeg(other);
    }
    return Update{*how, retry.exchange->getPointerOperand(), other};
  }
  return std::nullopt;
}

void replace_exchange(AtomicCmpXchgInst& exchange, Value* old, Value* success) {
  llvm::SmallVector<llvm::User*, 4> users(exchange.users());
  for (llvm::User* user : users) {
    auto* part = llvm::cast<llvm::ExtractValueInst>(user);
    part->replaceAllUsesWith(part->getIndices()[0] == 0 ? old : success);
    part->eraseFromParent();
  }
  exchange.eraseFromParent();
}

// Returns whether it became an update.
bool run_once(const Retry& retry) {
  AtomicCmpXchgInst& exchange = *retry.exchange;
  const auto update = as_update(retry);
  IRBuilder<> b(exchange.getContext());
  Type* bits = exchange.getCompareOperand()->getType();
  Value* success = llvm::ConstantInt::getTrue(exchange.getContext());
  Value* condition = llvm::ConstantInt::getBool(exchange.getContext(), retry.leave == 0);
  auto* compare = llvm::dyn_cast<llvm::ICmpInst>(retry.branch->getCondition());
  retry.branch->setCondition(condition);
  // What was there, at the head of the round; an update gives it where the exchange stood, which is
  // enough unless the round itself looks at it.
  auto* load = llvm::dyn_cast<llvm::LoadInst>(retry.guess);
  if (load == nullptr) {
    b.SetInsertPoint(&*retry.loop->getHeader()->getFirstInsertionPt());
    load = b.CreateAlignedLoad(bits, exchange.getPointerOperand(), exchange.getAlign());
    retry.guess->replaceAllUsesWith(b.CreateBitCast(load, retry.guess->getType()));
    retry.guess->eraseFromParent();
  }
  b.SetInsertPoint(&exchange);
  if (update) {
    llvm::CallInst* call = create_update(b, *update);
    replace_exchange(exchange, b.CreateBitCast(call, bits), success);
  } else {
    b.CreateAlignedStore(exchange.getNewValOperand(), exchange.getPointerOperand(),
                         exchange.getAlign());
    replace_exchange(exchange, b.CreateBitCast(load, bits), success);
  }
  if (compare != nullptr) llvm::RecursivelyDeleteTriviallyDeadInstructions(compare);
  return update.has_value();
}

void make_plain(AtomicCmpXchgInst& exchange) {
  IRBuilder<> b(&exchange);
  Value* expected = exchange.getCompareOperand();
  Value* pointer = exchange.getPointerOperand();
  Value* old = b.CreateAlignedLoad(expected->getType(), pointer, exchange.getAlign());
  Value* same = b.CreateICmpEQ(old, expected);
  Value* kept = b.CreateSelect(same, exchange.getNewValOperand(), old);
  b.CreateAlignedStore(kept, pointer, exchange.getAlign());
  replace_exchange(exchange, old, same);
}

std::optional<Gathering> gathering_of(AtomicRMWInst::BinOp op) {
  switch (op) {
    case AtomicRMWInst::FAdd:
    case AtomicRMWInst::FSub: return Gathering::FAdd;
    case AtomicRMWInst::Add:
    case AtomicRMWInst::Sub: return Gathering::Add;
    case AtomicRMWInst::And: return Gathering::And;
    case AtomicRMWInst::Or: return Gathering::Or;
    case AtomicRMWInst::Xor: return Gathering::Xor;
    case AtomicRMWInst::Min: return Gathering::SMin;
    case AtomicRMWInst::Max: return Gathering::SMax;
    case AtomicRMWInst::UMin: return Gathering::UMin;
    case AtomicRMWInst::UMax: return Gathering::UMax;
    default: return std::nullopt;
  }
}

bool make_plain(AtomicRMWInst& atomic) {
  IRBuilder<> b(&atomic);
  Value* value = atomic.getValOperand();
  Value* old = nullptr;
  const auto how = gathering_of(atomic.getOperation());
  if (how) {
    if (atomic.getOperation() == AtomicRMWInst::FSub) value = b.CreateFNeg(value);
    if (atomic.getOperation() == AtomicRMWInst::Sub) value = b.CreateNeg(value);
    old = create_update(b, {*how, atomic.getPointerOperand(), value});
  } else {
    old = b.CreateAlignedLoad(value->getType(), atomic.getPointerOperand(), atomic.getAlign());
    Value* stored = value;
    if (atomic.getOperation() == AtomicRMWInst::Nand) stored = b.CreateNot(b.CreateAnd(old, value));
    b.CreateAlignedStore(stored, atomic.getPointerOperand(), atomic.getAlign());
  }
  atomic.replaceAllUsesWith(old);
  atomic.eraseFromParent();
  return how.has_value();
}

// Returns whether it became an update, or has no effect.
bool make_plain(Instruction& inst) {
  if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst)) {
    load->setAtomic(llvm::AtomicOrdering::NotAtomic);
    return true;
  } else if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst)) {
    store->setAtomic(llvm::AtomicOrdering::NotAtomic);
  } else if (llvm::isa<llvm::FenceInst>(inst)) {
    inst.eraseFromParent();
    return true;
  } else if (auto* exchange = llvm::dyn_cast<AtomicCmpXchgInst>(&inst)) {
    make_plain(*exchange);
  } else if (auto* atomic = llvm::dyn_cast<AtomicRMWInst>(&inst)) {
    return make_plain(*atomic);
  }
  return false;
}

void tidy(llvm::Function& function) {
  for (BasicBlock& block : function) llvm::ConstantFoldTerminator(&block, true);
  llvm::removeUnreachableBlocks(function);
  for (BasicBlock& block : llvm::make_early_inc_range(function)) {
    llvm::SimplifyInstructionsInBlock(&block);
    llvm::MergeBlockIntoPredecessor(&block);
  }
}

}  // namespace

std::optional<Update> update_of(const Instruction& inst) {
  const auto* call = llvm::dyn_cast<llvm::CallInst>(&inst);
  if (call == nullptr || call->getCalledFunction() == nullptr) return std::nullopt;
  llvm::StringRef name = call->getCalledFunction()->getName();
  unsigned how = 0;
  if (!name.consume_front(kUpdate) || name.consumeInteger(10, how)) return std::nullopt;
  return Update{static_cast<Gathering>(how), call->getArgOperand(0), call->getArgOperand(1)};
}

bool has_atomics(const std::vector<BasicBlock*>& blocks) {
  for (BasicBlock* block : blocks) {
    for (Instruction& inst : *block) {
      if (llvm::isa<AtomicCmpXchgInst>(inst) || llvm::isa<AtomicRMWInst>(inst)) return true;
    }
  }
  return false;
}

bool simplify_atomics(llvm::Function& function, const std::vector<BasicBlock*>& blocks) {
  llvm::DominatorTree dominators(function);
  llvm::LoopInfo loops(dominators);
  std::vector<Instruction*> atomics;
  for (BasicBlock* block : blocks) {
    for (Instruction& inst : *block) {
      if (inst.isAtomic()) atomics.push_back(&inst);
    }
  }
  bool all_updates = true;
  for (Instruction*& inst : atomics) {
    auto* exchange = llvm::dyn_cast<AtomicCmpXchgInst>(inst);
    const auto retry = exchange ? find_retry(*exchange, loops) : std::nullopt;
    if (!retry) continue;
    all_updates &= run_once(*retry);
    inst = nullptr;
  }
  for (Instruction* inst : atomics) {
    if (inst != nullptr) all_updates &= make_plain(*inst);
  }
  tidy(function);
  return all_updates;
}

void lower_update(llvm::CallInst& call) {
  const auto update = update_of(call);
  IRBuilder<> b(&call);
  const llvm::Align align(call.getType()->getPrimitiveSizeInBits() / 8);
  Value* old = b.CreateAlignedLoad(call.getType(), update->pointer, align);
  keep_marks(old, call);
  Value* sum = combine(b, update->how, old, update->value);
  keep_marks(b.CreateAlignedStore(sum, update->pointer, align), call);
  call.replaceAllUsesWith(old);
  call.eraseFromParent();
}

void lower_updates(llvm::Function& function) {
  std::vector<llvm::CallInst*> updates;
  for (BasicBlock& block : function) {
    for (Instruction& inst : block) {
      if (update_of(inst)) updates.push_back(llvm::cast<llvm::CallInst>(&inst));
    }
  }
  for (llvm::CallInst* update : updates) lower_update(*update);
}

}  // namespace tinsmith::cpu
