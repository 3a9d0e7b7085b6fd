// SPDX-License-Identifier: Apache-2.0
// A fixed point from below: everything is unknown at first, and a value only becomes less regular.
#include "cpu/lanes_shape.h"

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/LoopIterator.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <algorithm>
#include <optional>

#include "cpu/loop_atomics.h"
#include "cpu/loop_index.h"

namespace tinsmith::cpu {
namespace {

using llvm::BasicBlock;
using llvm::Instruction;
using llvm::Value;

constexpr Shape kUniform = {Shape::Kind::Uniform, 0, false};
constexpr Shape kVarying = {Shape::Kind::Varying, 0, false};
Shape linear(int64_t stride, bool may_wrap) {
  if (stride == 0) return may_wrap ? kVarying : kUniform;
  return {Shape::Kind::Linear, stride, may_wrap};
}

std::optional<int64_t> constant(const Value* value) {
  const auto* number = llvm::dyn_cast<llvm::ConstantInt>(value);
  if (number == nullptr || number->getBitWidth() > 64) return std::nullopt;
  return number->getSExtValue();
}

Shape join(Shape a, Shape b) {
  if (a.kind == Shape::Kind::Unknown) return b;
  if (b.kind == Shape::Kind::Unknown || a == b) return a;
  return kVarying;
}

Shape added(Shape a, Shape b, int64_t sign) {
  if (a.is_varying() || b.is_varying()) return kVarying;
  return linear(a.stride + sign * b.stride, a.may_wrap || b.may_wrap);
}

}  // namespace

Shapes::Shapes(const GridLoop& grid, const llvm::Loop& loop, const llvm::LoopInfo& loops,
               const llvm::PostDominatorTree& post, const Columns& columns)
    : loop_(loop),
      loops_(loops),
      post_(post),
      layout_(grid.index->getModule()->getDataLayout()),
      may_be_negative_(grid.may_be_negative) {
  llvm::LoopBlocksDFS blocks(const_cast<llvm::Loop*>(&loop));
  blocks.perform(const_cast<llvm::LoopInfo*>(&loops));
  order_.assign(blocks.beginRPO(), blocks.endRPO());
  const auto seed = [&](const Value* value, Shape shape, bool by_row) {
    shapes_[value] = shape;
    seeds_.insert(value);
    if (by_row) by_row_.insert(value);
  };
  seed(grid.index, linear(1, false), true);
  for (const Columns::Derived& derived : columns.derived) {
    seed(derived.inst, derived.is_remainder ? linear(1, false) : kUniform,
         !derived.is_remainder || derived.factor != 1);
  }
  for (const Gathered& gathered : grid.gathered) seed(gathered.phi, kVarying, true);
  for (bool changed = true; changed;) {
    changed = false;
    for (BasicBlock* block : order_) {
      for (Instruction& inst : *block) {
        if (seeds_.contains(&inst) || inst.isTerminator()) continue;
        const Shape found = transfer(inst);
        Shape& shape = shapes_[&inst];
        if (found == shape) continue;
        shape = join(shape, found);
        changed = true;
      }
      const auto* branch = llvm::dyn_cast<llvm::BranchInst>(block->getTerminator());
      const bool parts = block != loop.getHeader() && branch && branch->isConditional() &&
                         of(branch->getCondition()).is_varying();
      if (parts && parting_.insert(block).second) {
        part(block);
        changed = true;
      }
    }
  }
  mark_rows();
}

Shape Shapes::of(const Value* value) const {
  const auto found = shapes_.find(value);
  if (found != shapes_.end()) return found->second;
  const auto* inst = llvm::dyn_cast<Instruction>(value);
  return inst != nullptr && loop_.contains(inst) ? Shape{} : kUniform;
}

Shape Shapes::transfer(const Instruction& inst) const {
  if (const auto* phi = llvm::dyn_cast<llvm::PHINode>(&inst)) return of_phi(*phi);
  if (update_of(inst)) return kVarying;
  bool all_uniform = true;
  for (const llvm::Use& operand : inst.operands()) {
    const Shape shape = of(operand.get());
    if (shape.kind == Shape::Kind::Unknown) return {};
    all_uniform &= shape.is_uniform();
  }
  if (all_uniform) return kUniform;
  if (const auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(&inst)) return of_address(*gep);
  if (const auto* select = llvm::dyn_cast<llvm::SelectInst>(&inst)) {
    if (!of(select->getCondition()).is_uniform()) return kVarying;
    return join(of(select->getTrueValue()), of(select->getFalseValue()));
  }
  if (inst.isCast()) return of_cast(inst);
  if (inst.isBinaryOp() && inst.getType()->isIntegerTy()) return of_arithmetic(inst);
  return kVarying;
}

Shape Shapes::of_phi(const llvm::PHINode& phi) const {
  Shape shape;
  for (const llvm::Use& value : phi.incoming_values()) shape = join(shape, of(value.get()));
  if (shape.may_wrap) return kVarying;
  if (!joins_.contains(phi.getParent())) return shape;
  const bool same = phi.hasConstantValue() != nullptr;
  return same || shape.kind == Shape::Kind::Unknown ? shape : kVarying;
}

Shape Shapes::of_arithmetic(const Instruction& inst) const {
  const Shape x = of(inst.getOperand(0)), y = of(inst.getOperand(1));
  const auto by = constant(inst.getOperand(1));
  switch (inst.getOpcode()) {
    case Instruction::Add: return added(x, y, 1);
    case Instruction::Sub: return added(x, y, -1);
    case Instruction::Or:
      if (!llvm::haveNoCommonBitsSet(inst.getOperand(0), inst.getOperand(1), layout_))
        return kVarying;
      return added(x, y, 1);
    case Instruction::Mul:
      if (!by || x.is_varying() || std::abs(*by) > (int64_t{1} << 31)) return kVarying;
      return linear(x.stride * *by, x.may_wrap);
    case Instruction::Shl:
      if (!by || x.is_varying() || *by < 0 || *by > 30) return kVarying;
      return linear(x.stride * (int64_t{1} << *by), x.may_wrap);
    case Instruction::LShr:
    case Instruction::AShr:
      if (!by || x.is_varying() || *by < 0 || *by > 30) return kVarying;
      if (x.stride % (int64_t{1} << *by) != 0) return kVarying;
      return linear(x.stride / (int64_t{1} << *by), true);
    case Instruction::And:
      if (x.is_varying() || !keeps_word_number(inst, layout_)) return kVarying;
      return linear(x.stride, true);
    default: return kVarying;
  }
}

Shape Shapes::of_cast(const Instruction& inst) const {
  const Shape x = of(inst.getOperand(0));
  if (x.is_varying()) return x;
  switch (inst.getOpcode()) {
    case Instruction::ZExt:
    case Instruction::SExt: {
      if (!inst.getOperand(0)->getType()->isIntegerTy(32)) return kVarying;
      // The index, a row and a column are below 2^31 by what they are.
      const bool is_place = seeds_.contains(inst.getOperand(0)) &&
                            (inst.getOpcode() == Instruction::SExt || !may_be_negative_);
      const bool may_wrap = x.may_wrap || !is_place;
      return linear(x.stride, may_wrap);
    }
    case Instruction::Trunc: return x.may_wrap ? kVarying : x;
    case Instruction::BitCast:
    case Instruction::AddrSpaceCast: return inst.getType()->isPointerTy() ? x : kVarying;
    default: return kVarying;
  }
}

Shape Shapes::of_address(const llvm::GetElementPtrInst& gep) const {
  Shape out = of(gep.getPointerOperand());
  if (out.is_varying()) return out;
  for (auto type = llvm::gep_type_begin(gep); type != llvm::gep_type_end(gep); ++type) {
    const Shape index = of(type.getOperand());
    if (index.is_varying()) return index;
    if (index.is_uniform()) continue;
    const auto size = static_cast<int64_t>(layout_.getTypeAllocSize(type.getIndexedType()));
    out = linear(out.stride + index.stride * size, out.may_wrap || index.may_wrap);
  }
  return out;
}

BasicBlock* Shapes::meeting_of(const BasicBlock* block) const {
  if (!parting_.contains(block)) return nullptr;
  const auto* node = post_.getNode(const_cast<BasicBlock*>(block));
  return node && node->getIDom() ? node->getIDom()->getBlock() : nullptr;
}

std::vector<BasicBlock*> Shapes::parted_by(const BasicBlock* block) const {
  const BasicBlock* meeting = meeting_of(block);
  llvm::DenseSet<const BasicBlock*> between;
  llvm::SmallVector<const BasicBlock*, 8> work(llvm::succ_begin(block), llvm::succ_end(block));
  while (!work.empty()) {
    const BasicBlock* next = work.pop_back_val();
    if (next == meeting || !loop_.contains(next) || !between.insert(next).second) continue;
    work.append(llvm::succ_begin(next), llvm::succ_end(next));
  }
  std::vector<BasicBlock*> out;
  for (BasicBlock* candidate : order_) {
    if (between.contains(candidate)) out.push_back(candidate);
  }
  return out;
}

void Shapes::part(const BasicBlock* block) {
  const BasicBlock* meeting = meeting_of(block);
  const llvm::Loop* inner = loops_.getLoopFor(block);
  if (meeting == nullptr || !inner->contains(meeting) || inner->isLoopExiting(block)) {
    irregular_ = true;
    return;
  }
  joins_.insert(meeting);
  for (const BasicBlock* between : parted_by(block)) {
    if (between == inner->getHeader()) irregular_ = true;
    partial_.insert(between);
    const llvm::Loop* nested = loops_.getLoopFor(between);
    if (nested->getHeader() != between) joins_.insert(between);
    if (nested != inner && nested->getExitingBlock() == nullptr) irregular_ = true;
  }
  part_at_side_entries(block);
}

// Blocks between that can be entered past `block` (`if same and different: a else: b`, where b is
// entered from both): what leads there is written under masks too, even if all lanes go one way.
void Shapes::part_at_side_entries(const BasicBlock* block) {
  const std::vector<BasicBlock*> region = parted_by(block);
  llvm::DenseSet<const BasicBlock*> seen(region.begin(), region.end());
  seen.insert(block);
  llvm::SmallVector<const BasicBlock*, 8> work;
  const auto look_before = [&](const BasicBlock* here) {
    for (const BasicBlock* before : llvm::predecessors(here)) {
      if (seen.insert(before).second) work.push_back(before);
    }
  };
  for (const BasicBlock* between : region) look_before(between);
  while (!work.empty()) {
    const BasicBlock* before = work.pop_back_val();
    if (before == loops_.getLoopFor(block)->getHeader()) {
      irregular_ = true;
    } else if (before->getSingleSuccessor() != nullptr) {
      look_before(before);
    } else if (parting_.insert(before).second) {
      part(before);
    }
  }
}

void Shapes::mark_rows() {
  for (bool changed = true; changed;) {
    changed = false;
    for (const BasicBlock* block : order_) {
      for (const Instruction& inst : *block) {
        if (seeds_.contains(&inst)) continue;
        const bool differs = update_of(inst).has_value() ||
                             std::ranges::any_of(inst.operands(), [&](const llvm::Use& operand) {
                               return by_row_.contains(operand.get());
                             });
        if (differs && by_row_.insert(&inst).second) changed = true;
      }
    }
  }
  for (const BasicBlock* block : order_) {
    if (block != loop_.getHeader() && by_row_.contains(block->getTerminator()))
      branches_by_row_ = true;
  }
}

}  // namespace tinsmith::cpu
