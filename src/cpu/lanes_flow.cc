// SPDX-License-Identifier: Apache-2.0
// Control flow of a copy. Branches that all lanes take together stay branches. Where lanes part
// ways, the blocks up to their meeting are written one after the other, each under the mask of the
// lanes that run it, and phis become selects. (Whole-function vectorisation: Karrenberg and Hack,
// 2011.)
#include <llvm/Analysis/LoopIterator.h>
#include <llvm/IR/IntrinsicInst.h>

#include <algorithm>

#include "cpu/lanes_write.h"

namespace tinsmith::cpu {

using llvm::BasicBlock;
using llvm::Instruction;
using llvm::PHINode;
using llvm::Value;

LaneWriter::LaneWriter(const GridLoop& grid, const llvm::Loop& loop, const llvm::LoopInfo& loops,
                       const Shapes& shapes, const Columns& columns, const LaneSettings& settings)
    : grid_(grid),
      loop_(loop),
      loops_(loops),
      shapes_(shapes),
      columns_(columns),
      settings_(settings),
      layout_(grid.index->getModule()->getDataLayout()),
      function_(*grid.index->getFunction()),
      b_(function_.getContext()) {}

// Vectors have work enough in a round; unrolled they only take longer to compile.
void keep_rolled(llvm::BranchInst& back) {
  llvm::LLVMContext& context = back.getContext();
  auto* disable =
      llvm::MDNode::get(context, llvm::MDString::get(context, "llvm.loop.unroll.disable"));
  llvm::MDNode* loop = llvm::MDNode::getDistinct(context, {nullptr, disable});
  loop->replaceOperandWith(0, loop);
  back.setMetadata(llvm::LLVMContext::MD_loop, loop);
}

BasicBlock* LaneWriter::new_block(const char* name) {
  return BasicBlock::Create(function_.getContext(), name, &function_);
}

BasicBlock* LaneWriter::start_of(const BasicBlock* block) {
  if (block == loop_.getHeader()) return finish_;  // the next iteration is another copy's
  if (BasicBlock* target = redirected_.lookup(block)) return target;
  BasicBlock*& start = starts_[block];
  if (start == nullptr) start = new_block("lanes");
  return start;
}

BasicBlock* LaneWriter::write(BasicBlock* block, std::span<const Cell> cells, Value* mask,
                              std::vector<Value*>& gathered) {
  values_.clear();
  places_.clear();
  starts_.clear();
  ends_.clear();
  redirected_.clear();
  written_.clear();
  merged_.clear();
  open_.clear();
  cells_ = cells;
  is_partial_ = false;
  finish_ = new_block("done");
  b_.SetInsertPoint(block);
  for (size_t i = 0; i < gathered.size(); ++i) {
    entry(grid_.gathered[i].phi, 0).vector = gathered[i];
  }
  mask_ = mask;
  BasicBlock* header = loop_.getHeader();
  for (Instruction& inst : *header) {
    const bool skipped = inst.isTerminator() || &inst == grid_.compare ||
                         (llvm::isa<PHINode>(inst) && &inst != grid_.index);
    if (!skipped) write_instruction(inst);
  }
  written_.insert(header);
  b_.CreateBr(start_of(grid_.body));
  ends_[header] = b_.GetInsertBlock();
  write_blocks(shapes_.order(), mask);
  close_phis(0);
  b_.SetInsertPoint(finish_);
  mask_ = mask;
  for (size_t i = 0; i < gathered.size(); ++i) {
    Value* next = grid_.gathered[i].phi->getIncomingValueForBlock(loop_.getLoopLatch());
    Value* value = vector(next, 0);
    gathered[i] = mask == nullptr ? value : b_.CreateSelect(mask, value, gathered[i]);
  }
  return finish_;
}

void LaneWriter::write_blocks(std::span<BasicBlock* const> blocks, Value* mask) {
  for (BasicBlock* block : blocks) {
    if (written_.contains(block)) continue;
    mask_ = mask;
    write_block(block);
  }
}

void LaneWriter::write_block(BasicBlock* block) {
  written_.insert(block);
  b_.SetInsertPoint(start_of(block));
  for (PHINode& phi : block->phis()) {
    for (unsigned row = 0; row < rows_of(&phi); ++row) {
      const bool is_vector = shapes_.of(&phi).is_varying();
      llvm::Type* type = is_vector ? wide(phi.getType()) : phi.getType();
      PHINode* fresh = b_.CreatePHI(type, phi.getNumIncomingValues());
      (is_vector ? entry(&phi, row).vector : entry(&phi, row).scalar) = fresh;
      open_.push_back({&phi, row, fresh});
    }
  }
  for (Instruction& inst : *block) {
    if (!llvm::isa<PHINode>(inst) && !inst.isTerminator()) write_instruction(inst);
  }
  write_end(block);
}

void LaneWriter::write_end(BasicBlock* block) {
  auto* branch = llvm::cast<llvm::BranchInst>(block->getTerminator());
  if (const BasicBlock* meeting = shapes_.meeting_of(block)) {
    write_parted(block);
    ends_[block] = b_.GetInsertBlock();
    b_.CreateBr(start_of(meeting));
    return;
  }
  ends_[block] = b_.GetInsertBlock();
  llvm::BranchInst* end = nullptr;
  if (branch->isUnconditional()) {
    end = b_.CreateBr(start_of(branch->getSuccessor(0)));
  } else {
    end = b_.CreateCondBr(scalar(branch->getCondition(), 0), start_of(branch->getSuccessor(0)),
                          start_of(branch->getSuccessor(1)));
  }
  const llvm::Loop* inner = loops_.getLoopFor(block);
  if (inner != &loop_ && inner->isLoopLatch(block)) keep_rolled(*end);
}

// mask & condition, where the condition may be poison in lanes that are not in the mask.
Value* LaneWriter::both(Value* mask, Value* condition) {
  if (mask == nullptr) return condition;
  return b_.CreateSelect(mask, condition, llvm::Constant::getNullValue(mask->getType()));
}

Value* LaneWriter::any(Value* mask) {
  llvm::Type* bits = b_.getIntNTy(settings_.width);
  return b_.CreateICmpNE(b_.CreateBitCast(mask, bits), llvm::ConstantInt::get(bits, 0));
}

// The lanes that go from the end of `block` to each of its successors.
void LaneWriter::leave(const BasicBlock* block, Edges& edges) {
  const auto* branch = llvm::cast<llvm::BranchInst>(block->getTerminator());
  if (branch->isUnconditional()) {
    edges[{block, branch->getSuccessor(0)}] = mask_;
    return;
  }
  Value* condition = vector(branch->getCondition(), 0);
  edges[{block, branch->getSuccessor(0)}] = both(mask_, condition);
  edges[{block, branch->getSuccessor(1)}] = both(mask_, b_.CreateNot(condition));
}

Value* LaneWriter::mask_of(const BasicBlock* block, const Edges& edges) {
  Value* mask = nullptr;
  for (const BasicBlock* before : llvm::predecessors(block)) {
    const auto edge = edges.find({before, block});
    if (edge != edges.end()) mask = mask ? b_.CreateOr(mask, edge->second) : edge->second;
  }
  return mask;
}

void LaneWriter::write_parted(BasicBlock* block) {
  Value* mask = mask_;
  const bool was_partial = is_partial_;
  Edges edges;
  leave(block, edges);
  is_partial_ = true;
  const BasicBlock* meeting = shapes_.meeting_of(block);
  for (BasicBlock* between : shapes_.parted_by(block)) {
    if (written_.contains(between)) continue;
    const llvm::Loop* inner = loops_.getLoopFor(between);
    mask_ = mask_of(between, edges);
    if (inner != loops_.getLoopFor(block)) {
      write_partial_loop(*inner, edges);
    } else {
      write_partial(between, edges);
    }
  }
  mask_ = mask;
  is_partial_ = was_partial;
  for (const PHINode& phi : meeting->phis()) {
    for (unsigned row = 0; row < rows_of(&phi); ++row) {
      Value* value = nullptr;
      for (unsigned i = 0; i < phi.getNumIncomingValues(); ++i) {
        const auto edge = edges.find({phi.getIncomingBlock(i), meeting});
        if (edge == edges.end()) continue;
        const bool is_vector = shapes_.of(&phi).is_varying();
        Value* incoming = phi.getIncomingValue(i);
        Value* next = is_vector ? vector(incoming, row) : scalar(incoming, row);
        // What is no vector is the same from everywhere.
        value = value && is_vector ? b_.CreateSelect(edge->second, next, value) : next;
      }
      merged_[{{&phi, row}, block}] = value;
    }
  }
}

void LaneWriter::choose(const PHINode& phi, const Edges& edges) {
  for (unsigned row = 0; row < rows_of(&phi); ++row) {
    Value* value = nullptr;
    const bool is_vector = shapes_.of(&phi).is_varying();
    for (unsigned i = 0; i < phi.getNumIncomingValues(); ++i) {
      Value* incoming = phi.getIncomingValue(i);
      Value* next = is_vector ? vector(incoming, row) : scalar(incoming, row);
      Value* mask = edges.at({phi.getIncomingBlock(i), phi.getParent()});
      value = value && is_vector ? b_.CreateSelect(mask, next, value) : next;
    }
    (is_vector ? entry(&phi, row).vector : entry(&phi, row).scalar) = value;
  }
}

// Only with a lane that runs it: what touches one place for all, and what costs much.
bool LaneWriter::needs_guard(const BasicBlock& block) const {
  return std::ranges::any_of(block, [&](const Instruction& inst) {
    if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst))
      return shapes_.of(load->getPointerOperand()).is_uniform();
    if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst))
      return shapes_.of(store->getPointerOperand()).is_uniform();
    if (const auto* call = llvm::dyn_cast<llvm::CallInst>(&inst))
      return !llvm::isa<llvm::IntrinsicInst>(call) ||
             !library_name(*call->getCalledFunction()).empty();
    const auto opcode = inst.getOpcode();
    return opcode == Instruction::SDiv || opcode == Instruction::UDiv ||
           opcode == Instruction::SRem || opcode == Instruction::URem;
  });
}

void LaneWriter::write_partial(BasicBlock* block, Edges& edges) {
  written_.insert(block);
  for (const PHINode& phi : block->phis()) choose(phi, edges);
  const bool guarded = needs_guard(*block);
  BasicBlock* skipped = b_.GetInsertBlock();
  BasicBlock* done = nullptr;
  Value* mask = mask_;
  if (guarded) {
    BasicBlock* some = new_block("some");
    done = new_block("lanes");
    b_.CreateCondBr(any(mask), some, done);
    b_.SetInsertPoint(some);
  }
  for (Instruction& inst : *block) {
    if (!llvm::isa<PHINode>(inst) && !inst.isTerminator()) write_instruction(inst);
  }
  leave(block, edges);
  if (!guarded) return;
  BasicBlock* last = b_.GetInsertBlock();
  b_.CreateBr(done);
  ends_[block] = last;
  keep_across(std::span(&block, 1), skipped, done, &edges);
  b_.SetInsertPoint(done);
}

// Values of guarded blocks that are used later: undefined where the blocks were skipped.
void LaneWriter::keep_across(std::span<BasicBlock* const> blocks, BasicBlock* skipped,
                             BasicBlock* done, Edges* edges) {
  BasicBlock* last = nullptr;
  for (BasicBlock* before : llvm::predecessors(done)) {
    if (before != skipped) last = before;
  }
  const auto keep = [&](Value*& value, Value* otherwise) {
    if (value == nullptr || llvm::isa<llvm::Constant>(value)) return;
    llvm::IRBuilder<> b(done, done->begin());
    PHINode* phi = b.CreatePHI(value->getType(), 2);
    phi->addIncoming(value, last);
    phi->addIncoming(otherwise, skipped);
    value = phi;
  };
  for (BasicBlock* block : blocks) {
    for (Instruction& inst : *block) {
      const bool outside = std::ranges::any_of(inst.users(), [&](const llvm::User* user) {
        return std::ranges::find(blocks, llvm::cast<Instruction>(user)->getParent()) ==
               blocks.end();
      });
      if (!outside || (blocks.size() == 1 && llvm::isa<PHINode>(inst))) continue;
      for (unsigned row = 0; row < rows_of(&inst); ++row) {
        Entry& here = entry(&inst, row);
        if (here.scalar) keep(here.scalar, llvm::UndefValue::get(here.scalar->getType()));
        if (here.vector) keep(here.vector, llvm::UndefValue::get(here.vector->getType()));
      }
    }
    if (edges == nullptr) continue;
    for (auto& [edge, mask] : *edges) {
      const bool made_here = edge.first == block && mask != mask_;
      if (made_here) keep(mask, llvm::Constant::getNullValue(mask->getType()));
    }
  }
}

void LaneWriter::write_partial_loop(const llvm::Loop& inner, Edges& edges) {
  Value* mask = mask_;
  BasicBlock* exit = inner.getExitBlock();
  BasicBlock *skipped = b_.GetInsertBlock(), *done = new_block("lanes");
  b_.CreateCondBr(any(mask), start_of(inner.getHeader()), done);
  ends_[inner.getLoopPreheader()] = skipped;
  redirected_[exit] = done;
  llvm::LoopBlocksDFS blocks(const_cast<llvm::Loop*>(&inner));
  blocks.perform(const_cast<llvm::LoopInfo*>(&loops_));
  const std::vector<BasicBlock*> order(blocks.beginRPO(), blocks.endRPO());
  const size_t outside = open_.size();
  write_blocks(order, mask);
  close_phis(outside);  // with what the loop itself has: behind it, its values have other names
  redirected_.erase(exit);
  mask_ = mask;
  edges[{inner.getExitingBlock(), exit}] = mask;
  keep_across(order, skipped, done, nullptr);
  b_.SetInsertPoint(done);
}

void LaneWriter::close_phis(size_t first) {
  for (size_t n = first; n < open_.size(); ++n) {
    const Open open = open_[n];
    const bool is_vector = shapes_.of(open.phi).is_varying();
    std::vector<std::pair<const BasicBlock*, Value*>> parted;
    for (unsigned i = 0; i < open.phi->getNumIncomingValues(); ++i) {
      const BasicBlock* before = open.phi->getIncomingBlock(i);
      Value* incoming = open.phi->getIncomingValue(i);
      // From lanes that parted and meet here comes one value, already chosen.
      bool is_merged = false;
      for (auto& [key, value] : merged_) {
        const auto& [what, parting] = key;
        if (what != Key{open.phi, open.row}) continue;
        const auto between = shapes_.parted_by(parting);
        const bool from_there =
            before == parting || std::ranges::find(between, before) != between.end();
        if (!from_there) continue;
        is_merged = true;
        if (std::ranges::find(parted, parting, &std::pair<const BasicBlock*, Value*>::first) ==
            parted.end()) {
          parted.emplace_back(parting, value);
        }
      }
      if (is_merged) continue;
      BasicBlock* end = ends_.lookup(before);
      b_.SetInsertPoint(end->getTerminator());
      open.fresh->addIncoming(is_vector ? vector(incoming, open.row) : scalar(incoming, open.row),
                              end);
    }
    for (const auto& [parting, value] : parted) {
      open.fresh->addIncoming(value, ends_.lookup(parting));
    }
  }
  open_.resize(first);
}

}  // namespace tinsmith::cpu
