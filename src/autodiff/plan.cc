// SPDX-License-Identifier: Apache-2.0
// Slicing backwards from what the rules read; see plan.h. Of a local whose content matters at some
// point of a block, every write before that point is taken, which is more than needed at times and
// never less.
#include "autodiff/plan.h"

#include <algorithm>

#include "autodiff/jumps.h"
#include "autodiff/rules.h"

namespace tinsmith::autodiff {

namespace {

// Closes a slice of `block` over what its instructions depend on.
class Slicer {
 public:
  Slicer(const Function& fn, const Structure& structure, BlockId block, Slice& slice)
      : fn_(fn), structure_(structure), block_(block), slice_(slice) {}

  void want(ValueId v);
  // What the local holds before instruction `end` of the block runs; kEnd: at the end of the block.
  void want_content(ValueId var, size_t end);
  static constexpr size_t kEnd = SIZE_MAX;

 private:
  void take(InstId inst);
  void take_result(InstId inst, ValueId v);

  const Function& fn_;
  const Structure& structure_;
  BlockId block_;
  Slice& slice_;
  std::set<ValueId> wanted_;
  std::map<ValueId, size_t> contents_;
};

void Slicer::want(ValueId v) {
  if (!wanted_.insert(v).second) return;
  if (!structure_.inside(structure_.block_of(v), block_)) {
    slice_.outer.insert(v);
    return;
  }
  if (InstId def = fn_[v].def) {
    take(def);
    take_result(def, v);
  }
}

void Slicer::take_result(InstId id, ValueId v) {
  const Inst& inst = fn_[id];
  if (inst.op != Op::If) return;
  slice_.results.insert(v);
  size_t k = static_cast<size_t>(std::find(inst.results.begin(), inst.results.end(), v) -
                                 inst.results.begin());
  for (BlockId b : inst.blocks) {
    const Inst& last = fn_[fn_[b].insts.back()];
    if (last.op == Op::Yield) want(last.operands[k]);
  }
}

void Slicer::take(InstId id) {
  if (!slice_.insts.insert(id).second) return;
  BlockId at = structure_.block_of(id);
  if (at != block_) take(structure_.owner(at));
  const Inst& inst = fn_[id];
  for (ValueId v : inst.operands) {
    bool local = fn_[v].type.pointer && is_local(fn_, v);
    if (local && (inst.op == Op::Load || !inst.results.empty()) && inst.op != Op::Elem)
      // Within a loop, what follows the read may come before it.
      want_content(memory_of(fn_, v),
                   structure_.position(structure_.holder(id, block_)) + (at == block_ ? 0 : 1));
    if (!local || fn_.def(v)->op == Op::Elem) want(v);
  }
  if (is_loop(inst.op))
    for (InstId jump : structure_.jumps(id)) take(jump);
}

void Slicer::want_content(ValueId var, size_t end) {
  auto [known, first] = contents_.try_emplace(var, 0);
  if (!first && known->second >= end) return;
  known->second = end;
  if (structure_.inside(structure_.block_of(var), block_))
    take(fn_[var].def);
  else
    slice_.locals.insert(var);
  for (InstId write : structure_.writes(var)) {
    if (!structure_.inside(structure_.block_of(write), block_)) continue;
    if (structure_.position(structure_.holder(write, block_)) < end) take(write);
  }
}

class Planner {
 public:
  Planner(const Function& fn, const Structure& structure, const Activity& activity)
      : fn_(fn), structure_(structure), activity_(activity) {}

  // Plans `block` and those within it.
  void plan_block(BlockId block);
  Plan plan;

 private:
  void want_rule(const Inst& inst, Slicer& slicer);
  void want_address(ValueId pointer, Slicer& slicer);
  void want_owned(InstId id, Slicer& slicer);
  void plan_prefix(BlockId block, BlockPlan& out);
  bool writes_inside(ValueId var, BlockId block) const;
  bool stores_first(ValueId var, BlockId block) const;
  bool mentions(ValueId var, InstId inst) const;

  const Function& fn_;
  const Structure& structure_;
  const Activity& activity_;
};

void Planner::want_address(ValueId pointer, Slicer& slicer) {
  const Inst& def = *fn_.def(pointer);
  for (ValueId index : def.operands)
    if (!fn_[index].type.pointer) slicer.want(index);
}

// What the reversal of one instruction outside of control reads.
void Planner::want_rule(const Inst& inst, Slicer& slicer) {
  if (inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op))
    return want_address(inst.operands[0], slicer);
  Derivative rule = derivative(inst.op);
  for (size_t k = 0; k < inst.operands.size() && k < 3; ++k) {
    if (!rule.operand[k].flows || !activity_.active(inst.operands[k])) continue;
    for (size_t n = 0; n < inst.operands.size(); ++n)
      if (rule.operand[k].needs & 1 << n) slicer.want(inst.operands[n]);
    if (rule.operand[k].needs & 1 << kResult) slicer.want(inst.results[0]);
  }
}

// A loop or branch with something to reverse: its bounds or condition, and what the slices within
// take from here.
void Planner::want_owned(InstId id, Slicer& slicer) {
  const Inst& inst = fn_[id];
  for (ValueId v : inst.operands) slicer.want(v);
  if (inst.op == Op::While) slicer.want(iterations(fn_, structure_, id));
  for (BlockId b : inst.blocks) {
    plan_block(b);
    const BlockPlan& inner = plan.blocks[b];
    for (const Slice* slice : {&inner.slice, &inner.prefix}) {
      for (ValueId v : slice->outer) slicer.want(v);
      for (ValueId var : slice->locals) {
        plan.snapshots[id].insert(var);
        slicer.want_content(var, structure_.position(id));
      }
    }
  }
}

void Planner::plan_block(BlockId block) {
  BlockPlan out;
  Slicer slicer(fn_, structure_, block, out.slice);
  for (InstId id : fn_[block].insts) {
    if (!activity_.has_work(id)) continue;
    if (fn_[id].blocks.empty())
      want_rule(fn_[id], slicer);
    else
      want_owned(id, slicer);
  }
  for (auto var = out.slice.locals.begin(); var != out.slice.locals.end();) {
    bool written = writes_inside(*var, block);
    if (written) out.copies.insert(*var);
    bool fresh = written && stores_first(*var, block);
    if (written && !fresh) out.carried.insert(*var);
    var = fresh ? out.slice.locals.erase(var) : std::next(var);
  }
  InstId owner = structure_.owner(block);
  bool sequential = owner && (fn_[owner].op == Op::For || fn_[owner].op == Op::While);
  if (sequential)
    plan_prefix(block, out);
  else
    out.carried.clear();
  plan.blocks[block] = std::move(out);
}

// Everything that the carried locals depend on is carried as well if the body writes it.
void Planner::plan_prefix(BlockId block, BlockPlan& out) {
  Slicer slicer(fn_, structure_, block, out.prefix);
  for (size_t before = SIZE_MAX; before != out.carried.size();) {
    before = out.carried.size();
    for (ValueId var : out.carried) slicer.want_content(var, Slicer::kEnd);
    for (ValueId var : out.prefix.locals)
      if (writes_inside(var, block)) {
        out.copies.insert(var);
        out.carried.insert(var);
      }
  }
}

bool Planner::writes_inside(ValueId var, BlockId block) const {
  for (InstId write : structure_.writes(var))
    if (structure_.inside(structure_.block_of(write), block)) return true;
  return false;
}

bool Planner::mentions(ValueId var, InstId id) const {
  const Inst& inst = fn_[id];
  for (ValueId v : inst.operands)
    if (v == var) return true;
  for (BlockId b : inst.blocks)
    for (InstId inner : fn_[b].insts)
      if (mentions(var, inner)) return true;
  return false;
}

// The first thing that `block` does with `var` is to store it, whole.
bool Planner::stores_first(ValueId var, BlockId block) const {
  for (InstId id : fn_[block].insts) {
    if (!mentions(var, id)) continue;
    const Inst& inst = fn_[id];
    return inst.op == Op::Store && inst.operands[0] == var && fn_.def(var)->imm == 1;
  }
  return true;
}

}  // namespace

Plan make_plan(const Function& fn, const Structure& structure, const Activity& activity) {
  Planner planner(fn, structure, activity);
  planner.plan_block(fn.body);
  return std::move(planner.plan);
}

}  // namespace tinsmith::autodiff
