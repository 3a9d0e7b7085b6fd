// SPDX-License-Identifier: Apache-2.0
// The kernel is copied into a function that takes a share of the iterations; there the loop that
// strode over the grid counts by one. The grid itself is gone: one thread does the share, and hands
// over at the end what it gathered.
#include "cpu/loop_form.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/Host.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/Local.h>

#include <algorithm>
#include <limits>

#include "cpu/entry.h"
#include "cpu/lanes.h"
#include "cpu/loop_alias.h"
#include "cpu/loop_atomics.h"
#include "cpu/loop_division.h"
#include "cpu/loop_find.h"
#include "cpu/loop_index.h"
#include "support/check.h"

namespace tinsmith::cpu {
namespace {

using llvm::BasicBlock;
using llvm::ConstantInt;
using llvm::Function;
using llvm::IRBuilder;
using llvm::Type;
using llvm::Value;

constexpr uint64_t kShareUnit = 64;  // shares begin at multiples, so that vectors are full

struct Work {
  Function* function = nullptr;  // i32 (parameters of the kernel, i32 part, i32 parts)
  GridLoop loop;                 // in that function; `loop.loop` is not kept up to date
  Value* part = nullptr;
  Value* parts = nullptr;
};

Work copy(Function& kernel, const GridLoop& found) {
  std::vector<Type*> types(kernel.getFunctionType()->params());
  Type* i32 = Type::getInt32Ty(kernel.getContext());
  types.insert(types.end(), {i32, i32});
  Work work;
  work.function =
      Function::Create(llvm::FunctionType::get(i32, types, false),
                       llvm::GlobalValue::InternalLinkage, "tinsmith.loop", kernel.getParent());
  llvm::ValueToValueMapTy map;
  for (llvm::Argument& argument : kernel.args()) {
    map[&argument] = work.function->getArg(argument.getArgNo());
  }
  llvm::SmallVector<llvm::ReturnInst*, 4> returns;
  llvm::CloneFunctionInto(work.function, &kernel, map,
                          llvm::CloneFunctionChangeType::LocalChangesOnly, returns);
  for (llvm::ReturnInst* old : returns) {
    llvm::ReturnInst::Create(kernel.getContext(), ConstantInt::get(i32, 0), old);
    old->eraseFromParent();
  }
  const auto here = [&](auto* value) {
    const auto entry = map.find(value);  // constants stand for themselves
    using T = std::remove_pointer_t<decltype(value)>;
    return entry == map.end() ? value : llvm::cast<T>(static_cast<Value*>(entry->second));
  };
  work.loop = found;
  work.loop.index = here(found.index);
  if (found.begin != nullptr) work.loop.begin = here(found.begin);
  work.loop.bound = here(found.bound);
  work.loop.compare = here(found.compare);
  work.loop.body = here(found.body);
  work.loop.exit = here(found.exit);
  for (Gathered& gathered : work.loop.gathered) gathered.phi = here(gathered.phi);
  const auto count = static_cast<unsigned>(kernel.arg_size());
  work.part = work.function->getArg(count);
  work.parts = work.function->getArg(count + 1);
  return work;
}

// What is inside the loop, from its header on.
std::vector<BasicBlock*> blocks_of(const GridLoop& grid) {
  llvm::DominatorTree dominators(*grid.index->getFunction());
  llvm::LoopInfo loops(dominators);
  const auto blocks = loops.getLoopFor(grid.index->getParent())->blocks();
  return {blocks.begin(), blocks.end()};
}

Range range_of_index(const GridLoop& grid) {
  constexpr double kGreatest = std::numeric_limits<int32_t>::max();
  Range range = {grid.begin == nullptr ? 0.0 : -kGreatest - 1, kGreatest};
  if (const auto* begin = llvm::dyn_cast_or_null<ConstantInt>(grid.begin)) {
    range.least = static_cast<double>(begin->getSExtValue());
  }
  // A range of Taichi is one of i32: begin and bound of unsigned comparisons are not negative.
  if (!grid.is_signed) range.least = std::max(range.least, 0.0);
  const auto* bound = llvm::dyn_cast<ConstantInt>(grid.bound);
  // In the header it is the bound at last, but nothing looks at it then.
  if (bound && !bound->isNegative()) {
    range.greatest = std::max(range.least, static_cast<double>(bound->getSExtValue()) - 1);
  }
  return range;
}

// Placed before the loop. A share is a multiple of `unit` long; with parts = 0 the function returns
// the number of iterations at once.
Share take_share(const Work& work, BasicBlock* before, uint64_t unit) {
  const GridLoop& grid = work.loop;
  llvm::LLVMContext& context = before->getContext();
  Type* i64 = Type::getInt64Ty(context);
  IRBuilder<> b(before->getTerminator());
  const auto number = [&](uint64_t n) { return ConstantInt::get(i64, n); };
  const auto wide = [&](Value* value) {
    return grid.is_signed ? b.CreateSExt(value, i64) : b.CreateZExt(value, i64);
  };
  const auto least = [&](Value* x, Value* y) {
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
  };
  Value* begin = grid.begin == nullptr ? number(0) : wide(grid.begin);
  Value* count = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax,
                                         b.CreateNSWSub(wide(grid.bound), begin), number(0));
  Value* asks = b.CreateICmpEQ(work.parts, b.getInt32(0));
  BasicBlock* runs = llvm::SplitBlock(before, before->getTerminator());
  BasicBlock* tells = BasicBlock::Create(context, "tells", work.function);
  before->getTerminator()->eraseFromParent();
  b.SetInsertPoint(before);
  b.CreateCondBr(asks, tells, runs);
  b.SetInsertPoint(tells);
  b.CreateRet(
      b.CreateTrunc(least(count, number(std::numeric_limits<int32_t>::max())), b.getInt32Ty()));
  b.SetInsertPoint(runs->getTerminator());
  Value* units = b.CreateNUWMul(b.CreateZExt(work.parts, i64), number(unit));
  Value* rounded = b.CreateNUWAdd(count, b.CreateSub(units, number(1)));
  Value* length = b.CreateNUWMul(b.CreateUDiv(rounded, units), number(unit));
  Value* first = least(b.CreateNUWMul(length, b.CreateZExt(work.part, i64)), count);
  Value* last = least(b.CreateNUWAdd(first, length), count);
  return {b.CreateNSWAdd(begin, first), b.CreateNSWAdd(begin, last)};
}

// The loop itself, with step 1 from share.from to share.to.
void count_by_one(const GridLoop& grid, const Share& share, BasicBlock* before, BasicBlock* latch) {
  IRBuilder<> b(before->getTerminator());
  Type* i32 = b.getInt32Ty();
  Value* from = b.CreateTrunc(share.from, i32);
  Value* to = b.CreateTrunc(share.to, i32);
  b.SetInsertPoint(latch->getTerminator());
  const bool not_negative = range_of_index(grid).least >= 0;
  Value* next =
      b.CreateAdd(grid.index, b.getInt32(1), "", not_negative, grid.is_signed || not_negative);
  auto* old = llvm::cast<llvm::Instruction>(grid.index->getIncomingValueForBlock(latch));
  grid.index->setIncomingValueForBlock(before, from);
  grid.index->setIncomingValueForBlock(latch, next);
  llvm::RecursivelyDeleteTriviallyDeadInstructions(old);
  b.SetInsertPoint(grid.compare);
  const auto* branch = llvm::cast<llvm::BranchInst>(grid.index->getParent()->getTerminator());
  const bool stays_on_true = branch->getSuccessor(0) == grid.body;
  using llvm::ICmpInst;
  auto predicate = grid.is_signed ? ICmpInst::ICMP_SLT : ICmpInst::ICMP_ULT;
  if (!stays_on_true) predicate = ICmpInst::getInversePredicate(predicate);
  grid.compare->replaceAllUsesWith(b.CreateICmp(predicate, grid.index, to));
  grid.compare->eraseFromParent();
}

// The order in which things are gathered is nobody's promise: LLVM may use several sums.
void allow_reordering(const GridLoop& grid) {
  llvm::SmallPtrSet<Value*, 8> seen;
  llvm::SmallVector<Value*, 8> work;
  for (const Gathered& gathered : grid.gathered) work.push_back(gathered.phi);
  while (!work.empty()) {
    Value* value = work.pop_back_val();
    if (!seen.insert(value).second) continue;
    for (llvm::User* user : value->users()) {
      auto* inst = llvm::cast<llvm::Instruction>(user);
      const bool passes = llvm::isa<llvm::PHINode>(inst) || llvm::isa<llvm::SelectInst>(inst);
      if (!passes && !gathering_of(*inst)) continue;
      if (llvm::isa<llvm::FPMathOperator>(inst)) inst->setHasAllowReassoc(true);
      work.push_back(inst);
    }
  }
}

// i32 entry(i8** buffers, i8* grid, i8* scratch, i32 part, i32 parts): see entry.h.
void write_entry(const Function& kernel, const Work& work,
                 const std::vector<Parameter>& parameters) {
  llvm::LLVMContext& context = kernel.getContext();
  Type* i32 = Type::getInt32Ty(context);
  llvm::PointerType* bytes = Type::getInt8PtrTy(context);
  auto* type = llvm::FunctionType::get(i32, {bytes->getPointerTo(), bytes, bytes, i32, i32}, false);
  Function* entry = Function::Create(type, llvm::GlobalValue::ExternalLinkage, kEntryName,
                                     work.function->getParent());
  for (const char* name : {"target-cpu", "target-features", "prefer-vector-width"}) {
    if (kernel.hasFnAttribute(name)) entry->addFnAttr(kernel.getFnAttribute(name));
  }
  entry->addFnAttr(llvm::Attribute::NoUnwind);
  IRBuilder<> b(BasicBlock::Create(context, "", entry));
  std::vector<Value*> arguments;
  for (size_t i = 0; i < parameters.size(); ++i) {
    Type* wanted = work.function->getArg(static_cast<unsigned>(i))->getType();
    if (parameters[i].kind != Parameter::Kind::Buffer) {
      arguments.push_back(llvm::Constant::getNullValue(wanted));
      continue;
    }
    Value* slot = b.CreateConstGEP1_32(bytes, entry->getArg(0), parameters[i].index);
    Value* buffer = b.CreateLoad(bytes, slot);
    arguments.push_back(b.CreatePointerBitCastOrAddrSpaceCast(buffer, wanted));
  }
  arguments.insert(arguments.end(), {entry->getArg(3), entry->getArg(4)});
  b.CreateRet(b.CreateCall(work.function, arguments));
}

// Registers of this machine; fewer lanes where the caller wants them.
VectorUnit vector_unit(const Options& options) {
  llvm::StringMap<bool> features;
  llvm::sys::getHostCPUFeatures(features);
  VectorUnit unit{128, 16};
  if (features.lookup("avx2")) unit.bits = 256;
  if (features.lookup("avx512f")) unit = {512, 32};
  if (options.lanes != 0) unit.bits = std::min(unit.bits, std::max(options.lanes * 32, 128U));
  return unit;
}

void erase_unused_updates(llvm::Module& module) {
  for (Function& function : llvm::make_early_inc_range(module)) {
    if (function.getName().startswith("tinsmith.update.") && function.use_empty())
      function.eraseFromParent();
  }
}

// Makes atomics of the loop, which then one worker runs alone, updates. Returns whether iterations
// may still run in any order.
bool simplify(Work& work, LoopForm& form) {
  const auto blocks = blocks_of(work.loop);
  if (!has_atomics(blocks)) return true;
  form.serial = true;
  return simplify_atomics(*work.function, blocks);
}

// One iteration at a time.
Work one_by_one(Function& kernel, const GridLoop& found, LoopForm& form) {
  Work work = copy(kernel, found);
  simplify(work, form);
  const llvm::DominatorTree dominators(*work.function);
  const llvm::LoopInfo loops(dominators);
  Ranges ranges(loops);
  ranges.set(work.loop.index, range_of_index(work.loop));
  widen_indices(*work.function, ranges);
  mark_disjoint(*work.function, ranges);
  const llvm::Loop* loop = loops.getLoopFor(work.loop.index->getParent());
  BasicBlock *before = loop->getLoopPreheader(), *latch = loop->getLoopLatch();
  const Share share = take_share(work, before, kShareUnit);
  const unsigned from = work.loop.index->getBasicBlockIndex(latch) == 0 ? 1 : 0;
  count_by_one(work.loop, share, work.loop.index->getIncomingBlock(from), latch);
  allow_reordering(work.loop);
  lower_updates(*work.function);
  return work;
}

// At the end of `before`: goes on only where size > 0, else calls the other.
BasicBlock* require_positive(Value* size, const Work& work, const Work& otherwise,
                             BasicBlock* before) {
  llvm::LLVMContext& context = before->getContext();
  BasicBlock* goes_on = llvm::SplitBlock(before, before->getTerminator());
  BasicBlock* other = BasicBlock::Create(context, "other", work.function);
  before->getTerminator()->eraseFromParent();
  IRBuilder<> b(before);
  b.CreateCondBr(b.CreateICmpSGT(size, ConstantInt::get(size->getType(), 0)), goes_on, other);
  b.SetInsertPoint(other);
  std::vector<Value*> arguments;
  for (llvm::Argument& argument : work.function->args()) arguments.push_back(&argument);
  b.CreateRet(b.CreateCall(otherwise.function, arguments));
  otherwise.function->addFnAttr(llvm::Attribute::Cold);
  otherwise.function->addFnAttr(llvm::Attribute::NoInline);
  otherwise.function->addFnAttr(llvm::Attribute::MinSize);
  otherwise.function->addFnAttr(llvm::Attribute::OptimizeForSize);
  return goes_on;
}

// Several at a time, where that pays; `work.function` is null where it does not.
Work several(Function& kernel, const GridLoop& found, const Options& options, LoopForm& form) {
  Work work = copy(kernel, found);
  const bool in_any_order = simplify(work, form);
  const llvm::DominatorTree dominators(*work.function);
  const llvm::LoopInfo loops(dominators);
  Ranges ranges(loops);
  ranges.set(work.loop.index, range_of_index(work.loop));
  work.loop.may_be_negative = range_of_index(work.loop).least < 0;
  const llvm::Loop* loop = loops.getLoopFor(work.loop.index->getParent());
  Value* size = assume_positive_size(*loop, *work.loop.index, ranges);
  widen_indices(*work.function, ranges);
  mark_disjoint(*work.function, ranges);
  const llvm::PostDominatorTree post(*work.function);
  const LoopPlace place{work.loop, *loop, loops, post, ranges, size};
  const auto plan = plan_lanes(place, vector_unit(options), options.fast_math, form.nanoseconds);
  if (!plan || !in_any_order) {
    work.function->eraseFromParent();
    work.function = nullptr;
    return work;
  }
  BasicBlock* before = loop->getLoopPreheader();
  if (size != nullptr) {
    before = require_positive(size, work, one_by_one(kernel, found, form), before);
  }
  const Share share = take_share(work, before, plan->unit);
  const BasicBlock* latch = loop->getLoopLatch();
  const unsigned from = work.loop.index->getBasicBlockIndex(latch) == 0 ? 1 : 0;
  write_lanes(*plan, place, share, work.loop.index->getIncomingBlock(from));
  form.nanoseconds = plan->nanoseconds;
  form.lanes = plan->settings.width;
  form.rows = plan->rows;
  return work;
}

}  // namespace

LoopForm form_loop(Function& kernel, const std::vector<Parameter>& parameters,
                   const Options& options) {
  LoopForm form;
  const llvm::DominatorTree dominators(kernel);
  const llvm::LoopInfo loops(dominators);
  const auto found = find_grid_loop(kernel, parameters, loops, dominators);
  if (!found) return form;
  form.recognised = true;
  Work work = several(kernel, *found, options, form);
  if (work.function == nullptr) work = one_by_one(kernel, *found, form);
  erase_unused_updates(*kernel.getParent());
  write_entry(kernel, work, parameters);
  return form;
}

}  // namespace tinsmith::cpu
