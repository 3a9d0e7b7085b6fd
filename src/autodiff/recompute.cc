// SPDX-License-Identifier: Apache-2.0
// See recompute.h. Copies have the shape of the primal; effects on fields and arrays are never
// among them.
#include "autodiff/recompute.h"

#include <algorithm>

#include "support/check.h"

namespace tinsmith::autodiff {

ValueId Recompute::now(ValueId primal) const {
  for (size_t i = scopes_.size(); i-- > 0;) {
    auto found = scopes_[i].find(primal);
    if (found != scopes_[i].end()) return found->second;
  }
  TS_UNREACHABLE("the plan of an adjoint kernel lacks a primal value");
}

void Recompute::block(BlockId block, ValueId begin, ValueId index) {
  const BlockPlan& plan = plan_.blocks.at(block);
  open_locals(block);
  if (!plan.carried.empty()) run_prefix(block, begin, index);
  for (InstId id : fn_[block].insts) {
    take_snapshots(id);
    if (plan.slice.has(id)) copy(id, plan.slice);
  }
}

// Gives the outer locals that the block's recomputation reads or writes the content that they had
// at its entry.
void Recompute::open_locals(BlockId block) {
  InstId owner = structure_.owner(block);
  const BlockPlan& plan = plan_.blocks.at(block);
  std::set<ValueId> locals = plan.slice.locals;
  locals.insert(plan.prefix.locals.begin(), plan.prefix.locals.end());
  for (ValueId var : locals)
    if (!plan.copies.contains(var)) bind(var, snapshots_.at({owner, var}));
  for (ValueId var : plan.copies) {
    const uint64_t elements = fn_.def(var)->imm;
    ValueId mine = b_.var(fn_[var].type.dtype, static_cast<uint32_t>(elements));
    if (locals.contains(var)) {
      ValueId before = snapshots_.at({owner, var});
      if (fn_[before].type.pointer)
        copy_elements(before, mine);
      else
        b_.store(mine, before);
    }
    bind(var, mine);
  }
}

// The iterations before the one that is being reversed.
void Recompute::run_prefix(BlockId block, ValueId begin, ValueId index) {
  InstId again = b_.emit(Op::For, {begin, index}, {});
  BlockId at = b_.block(), body = fn_[again].blocks[0];
  open();
  ValueId i = fn_.add_param(body, value_of(DType::I32));
  if (!fn_[block].params.empty()) bind(fn_[block].params[0], i);
  copy_block(block, body, plan_.blocks.at(block).prefix, {});
  close();
  b_.set_block(at);
}

void Recompute::take_snapshots(InstId owner) {
  auto locals = plan_.snapshots.find(owner);
  if (locals == plan_.snapshots.end()) return;
  for (ValueId var : locals->second) {
    ValueId current = now(var);
    if (fn_[current].type.pointer && fn_.def(var)->imm != 1) {
      ValueId kept = b_.var(fn_[var].type.dtype, static_cast<uint32_t>(fn_.def(var)->imm));
      copy_elements(current, kept);
      current = kept;
    } else if (fn_[current].type.pointer) {
      current = b_.load(current);
    }
    snapshots_[{owner, var}] = current;
  }
}

void Recompute::copy_elements(ValueId from, ValueId to) {
  Type type = fn_[to].type;
  InstId loop = b_.emit(Op::For, {b_.i32(0), b_.i32(static_cast<int32_t>(fn_.def(to)->imm))}, {});
  BlockId at = b_.block(), body = fn_[loop].blocks[0];
  ValueId i = fn_.add_param(body, value_of(DType::I32));
  b_.set_block(body);
  ValueId element = b_.load(b_.value(Op::Elem, type, {from, i}));
  b_.store(b_.value(Op::Elem, type, {to, i}), element);
  b_.yield();
  b_.set_block(at);
}

void Recompute::copy(InstId id, const Slice& slice) {
  const Inst& inst = fn_[id];
  b_.loc = inst.loc;
  if (inst.op == Op::If) return copy_if(inst, slice);
  if (is_loop(inst.op)) return copy_loop(inst, slice);
  if (inst.op == Op::AtomicAdd && inst.results.empty()) return copy_sum(id);
  if (inst.op == Op::Load && is_local(fn_, inst.operands[0])) {
    ValueId memory = now(inst.operands[0]);
    if (!fn_[memory].type.pointer) return bind(inst.results[0], memory);
  }
  std::vector<ValueId> operands;
  std::vector<Type> results;
  for (ValueId v : inst.operands) operands.push_back(now(v));
  for (ValueId v : inst.results) results.push_back(fn_[v].type);
  InstId made = b_.emit(inst.op, operands, results, inst.imm);
  for (size_t k = 0; k < inst.results.size(); ++k) bind(inst.results[k], fn_[made].results[k]);
}

// `local += value`, plainly unless threads share the local.
void Recompute::copy_sum(InstId id) {
  const Inst& inst = fn_[id];
  ValueId address = now(inst.operands[0]), value = now(inst.operands[1]);
  bool threads = false;
  for (BlockId at = structure_.block_of(id); at; at = structure_.parent(at))
    threads |= structure_.parallel(at);
  ValueId memory = memory_of(fn_, inst.operands[0]);
  if (threads && structure_.block_of(memory) == fn_.body)
    b_.emit(Op::AtomicAdd, {address, value}, {});
  else
    b_.store(address, b_.binary(Op::Add, b_.load(address), value));
}

// Copies what the slice has of `from` to the end of `to`, and ends `to` with those results of the
// `if` around it.
void Recompute::copy_block(BlockId from, BlockId to, const Slice& slice,
                           const std::vector<size_t>& results) {
  BlockId at = b_.block();
  b_.set_block(to);
  const std::vector<InstId>& insts = fn_[from].insts;
  for (InstId id : insts)
    if (slice.has(id)) copy(id, slice);
  const Inst& last = fn_[insts.back()];
  if (last.op == Op::Yield) {
    std::vector<ValueId> values;
    for (size_t k : results) values.push_back(now(last.operands[k]));
    b_.yield(values);
  }
  b_.set_block(at);
}

void Recompute::copy_if(const Inst& inst, const Slice& slice) {
  std::vector<size_t> results;
  std::vector<Type> types;
  for (size_t k = 0; k < inst.results.size(); ++k) {
    if (!slice.results.contains(inst.results[k])) continue;
    results.push_back(k);
    types.push_back(fn_[inst.results[k]].type);
  }
  ValueId condition = now(inst.operands[0]);
  InstId made = b_.emit(Op::If, std::span(&condition, 1), types);
  for (size_t i = 0; i < 2; ++i) {
    open();
    copy_block(inst.blocks[i], fn_[made].blocks[i], slice, results);
    close();
  }
  for (size_t i = 0; i < results.size(); ++i) bind(inst.results[results[i]], fn_[made].results[i]);
}

void Recompute::copy_loop(const Inst& inst, const Slice& slice) {
  std::vector<ValueId> bounds;
  for (ValueId v : inst.operands) bounds.push_back(now(v));
  InstId made = b_.emit(inst.op, bounds, {}, inst.imm);
  open();
  for (ValueId v : fn_[inst.blocks[0]].params)
    bind(v, fn_.add_param(fn_[made].blocks[0], fn_[v].type));
  copy_block(inst.blocks[0], fn_[made].blocks[0], slice, {});
  close();
}

}  // namespace tinsmith::autodiff
