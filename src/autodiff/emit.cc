// SPDX-License-Identifier: Apache-2.0
// The reverse half. A block is recomputed and then walked backwards; each value that carries a
// gradient has an adjoint: an SSA sum where all its uses are in its own block, a local where loops
// or branches add to it as well. Memory:
//   load x          x.grad += adjoint of the result            (atomic for fields)
//   store x, v      adjoint of v += x.grad, then x.grad = 0    (in one step where iterations may
//   collide) atomic_add x, v adjoint of v += x.grad
// and the same for locals, whose adjoint is a local.
#include "autodiff/emit.h"

#include <algorithm>

#include "autodiff/follow.h"
#include "autodiff/jumps.h"
#include "autodiff/recompute.h"
#include "autodiff/rules.h"
#include "support/check.h"

namespace tinsmith::autodiff {

namespace {

class Emitter {
 public:
  Emitter(const Module& module, Function& fn, const Structure& structure, const Activity& activity,
          const Plan& plan);
  void run();

 private:
  // What a loop does to adjoints of memory that is not its own.
  struct Accesses {
    std::set<Memory> read, added;
    bool stored = false;
  };
  void reverse_block(BlockId block, std::span<const ValueId> yielded);
  void walk_back(BlockId block, std::span<const ValueId> yielded);
  void declare_adjoints(BlockId block);
  ValueId zeroed(DType type, uint64_t elements);
  void clear(ValueId address);
  void reverse(InstId id);
  void reverse_memory(InstId id);
  void reverse_if(const Inst& inst);
  void reverse_loop(InstId id);
  void reverse_parallel(const Inst& inst);
  void reverse_rule(const Inst& inst);
  bool finite(const Inst& inst, uint8_t needs) const;
  bool ordered(const Inst& loop) const;
  void note_accesses(BlockId block, BlockId body, Accesses& accesses) const;
  void add(ValueId primal, ValueId amount);
  ValueId take(ValueId primal);
  void accumulate(ValueId address, ValueId amount, bool atomic);
  ValueId adjoint_address(ValueId pointer);

  const Module& module_;
  Function& fn_;
  const Structure& structure_;
  const Activity& activity_;
  const Plan& plan_;
  Builder b_;
  Recompute primal_;
  std::set<ValueId> shared_;  // used in a block within the one that makes them
  std::map<ValueId, ValueId>
      adjoint_;  // the sum so far; of a shared value and of a local, its address
  // Adjoints in locals that are 0 at this point of this block: what comes is stored, not added.
  std::map<ValueId, BlockId> zero_;
  bool parallel_ = false;
};

Emitter::Emitter(const Module& module, Function& fn, const Structure& structure,
                 const Activity& activity, const Plan& plan)
    : module_(module),
      fn_(fn),
      structure_(structure),
      activity_(activity),
      plan_(plan),
      b_(fn, fn.body),
      primal_(fn, structure, plan, b_) {
  for (InstId id : structure.order())
    for (ValueId v : fn[id].operands)
      if (structure.block_of(v) != structure.block_of(id)) shared_.insert(v);
}

void Emitter::run() {
  // A loop that is in no block lends its block to build the new body in.
  InstId scratch = fn_.create(Op::While, {}, {}, {});
  b_.set_block(fn_[scratch].blocks[0]);
  primal_.open();
  reverse_block(fn_.body, {});
  primal_.close();
  b_.loc = {};
  b_.yield();
  fn_[fn_.body].insts = std::move(fn_[fn_[scratch].blocks[0]].insts);
}

// The caller has opened a scope and bound the block's parameters.
void Emitter::reverse_block(BlockId block, std::span<const ValueId> yielded) {
  primal_.block(block);
  walk_back(block, yielded);
}

void Emitter::walk_back(BlockId block, std::span<const ValueId> yielded) {
  declare_adjoints(block);
  const std::vector<InstId>& insts = fn_[block].insts;
  if (!insts.empty() && fn_[insts.back()].op == Op::Yield)
    for (size_t k = 0; k < yielded.size(); ++k)
      if (yielded[k]) add(fn_[insts.back()].operands[k], yielded[k]);
  for (size_t i = insts.size(); i-- > 0;)
    if (activity_.has_work(insts[i])) reverse(insts[i]);
}

void Emitter::declare_adjoints(BlockId block) {
  for (InstId id : fn_[block].insts) {
    const Inst& inst = fn_[id];
    b_.loc = inst.loc;
    for (ValueId v : inst.results) {
      bool local = inst.op == Op::Var;
      if (activity_.active(v) && (local || shared_.contains(v)))
        adjoint_[v] = zeroed(fn_[v].type.dtype, local ? inst.imm : 1);
    }
  }
}

ValueId Emitter::zeroed(DType type, uint64_t elements) {
  ValueId address = b_.var(type, static_cast<uint32_t>(elements));
  if (elements == 1) {
    clear(address);
    return address;
  }
  InstId loop = b_.emit(Op::For, {b_.i32(0), b_.i32(static_cast<int32_t>(elements))}, {});
  BlockId at = b_.block(), body = fn_[loop].blocks[0];
  ValueId i = fn_.add_param(body, value_of(DType::I32));
  b_.set_block(body);
  b_.store(b_.value(Op::Elem, pointer_to(type), {address, i}), b_.constant(type, 0));
  b_.yield();
  b_.set_block(at);
  return address;
}

void Emitter::clear(ValueId address) {
  b_.store(address, b_.constant(fn_[address].type.dtype, 0));
  if (fn_.def(address)->op == Op::Var) zero_[address] = b_.block();
}

void Emitter::reverse(InstId id) {
  const Inst& inst = fn_[id];
  b_.loc = inst.loc;
  if (inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op))
    reverse_memory(id);
  else if (inst.op == Op::If)
    reverse_if(inst);
  else if (inst.op == Op::For || inst.op == Op::While)
    reverse_loop(id);
  else if (inst.op == Op::ParallelFor)
    reverse_parallel(inst);
  else
    reverse_rule(inst);
}

void Emitter::reverse_memory(InstId id) {
  const Inst& inst = fn_[id];
  ValueId memory = memory_of(fn_, inst.operands[0]);
  bool local = is_local(fn_, memory);
  if (inst.op == Op::Load) {
    bool atomic = !local || (parallel_ && structure_.block_of(memory) == fn_.body);
    if (ValueId g = take(inst.results[0])) accumulate(adjoint_address(inst.operands[0]), g, atomic);
    return;
  }
  TS_CHECK(inst.op == Op::Store || inst.op == Op::AtomicAdd, "an atomic without an adjoint");
  ValueId address = adjoint_address(inst.operands[0]);
  bool active = activity_.active(inst.operands[1]), clears = inst.op == Op::Store;
  DType type = fn_[memory].type.dtype;
  ValueId g;
  if (active && clears && !local && may_collide(fn_, structure_, id)) {
    // Of iterations that stored the same value to a cell, one takes the adjoint: an exchange with
    // 0, as a product.
    g = b_.value(Op::AtomicMul, value_of(type), {address, b_.constant(type, 0)});
  } else {
    if (active) g = b_.load(address);
    if (clears) clear(address);
  }
  if (g) add(inst.operands[1], g);
}

void Emitter::reverse_if(const Inst& inst) {
  std::vector<ValueId> yielded;
  for (ValueId result : inst.results) yielded.push_back(take(result));
  InstId made = b_.emit(Op::If, {primal_.now(inst.operands[0])}, {});
  BlockId at = b_.block();
  for (size_t i = 0; i < 2; ++i) {
    b_.set_block(fn_[made].blocks[i]);
    primal_.open();
    reverse_block(inst.blocks[i], yielded);
    primal_.close();
    b_.yield();
  }
  b_.set_block(at);
}

// Backwards, unless the adjoints of its iterations do not depend on each other: then memory is
// better walked forwards. A while has become a loop over its iterations.
void Emitter::reverse_loop(InstId id) {
  const Inst& inst = fn_[id];
  bool counted = inst.op == Op::For;
  ValueId begin = counted ? primal_.now(inst.operands[0]) : b_.i32(0);
  ValueId end = primal_.now(counted ? inst.operands[1] : iterations(fn_, structure_, id));
  BlockId from = inst.blocks[0], at = b_.block();
  bool backwards = ordered(inst);
  ValueId sum = backwards ? b_.binary(Op::Sub, b_.binary(Op::Add, begin, end), b_.i32(1)) : end;
  BlockId body = fn_[b_.emit(Op::For, {begin, end}, {})].blocks[0];
  ValueId index = fn_.add_param(body, value_of(DType::I32));
  b_.set_block(body);
  if (backwards) index = b_.binary(Op::Sub, sum, index);
  primal_.open();
  if (counted) primal_.bind(fn_[from].params[0], index);
  primal_.block(from, begin, index);
  walk_back(from, {});
  primal_.close();
  b_.yield();
  b_.set_block(at);
}

void Emitter::reverse_parallel(const Inst& inst) {
  std::vector<ValueId> bounds;
  for (ValueId v : inst.operands) bounds.push_back(primal_.now(v));
  BlockId from = inst.blocks[0], at = b_.block();
  BlockId body = fn_[b_.emit(Op::ParallelFor, bounds, {}, inst.imm)].blocks[0];
  b_.set_block(body);
  primal_.open();
  for (ValueId v : fn_[from].params) primal_.bind(v, fn_.add_param(body, fn_[v].type));
  parallel_ = true;
  reverse_block(from, {});
  parallel_ = false;
  primal_.close();
  b_.yield();
  b_.set_block(at);
}

// The factors of a rule are infinite only if the data are: they come straight from memory.
bool Emitter::finite(const Inst& inst, uint8_t needs) const {
  if (needs & 1 << kResult) return false;
  for (size_t k = 0; k < inst.operands.size(); ++k) {
    const Inst* def = fn_.def(inst.operands[k]);
    if (!(needs & 1 << k) || !def || def->op == Op::Const || def->op == Op::Arg) continue;
    if (def->op != Op::Load || is_local(fn_, def->operands[0])) return false;
  }
  return true;
}

void Emitter::reverse_rule(const Inst& inst) {
  ValueId g = take(inst.results[0]);
  if (!g) return;
  Derivative rule = derivative(inst.op);
  Primal value = [&](size_t k) {
    return primal_.now(k == kResult ? inst.results[0] : inst.operands[k]);
  };
  for (size_t k = 0; k < inst.operands.size() && k < 3; ++k) {
    if (!rule.operand[k].flows || !activity_.active(inst.operands[k])) continue;
    bool guard = activity_.masked(inst.results[0]) && !finite(inst, rule.operand[k].needs);
    add(inst.operands[k], contribution(b_, inst, k, g, value, guard));
  }
}

// An iteration's adjoints depend on another's if the loop stores to what has one, or both reads and
// adds to the same adjoint.
bool Emitter::ordered(const Inst& loop) const {
  Accesses found;
  note_accesses(loop.blocks[0], loop.blocks[0], found);
  return found.stored ||
         std::ranges::any_of(found.read, [&](Memory m) { return found.added.contains(m); });
}

void Emitter::note_accesses(BlockId block, BlockId body, Accesses& found) const {
  for (InstId id : fn_[block].insts) {
    if (!activity_.has_work(id)) continue;
    const Inst& inst = fn_[id];
    for (BlockId within : inst.blocks) note_accesses(within, body, found);
    if (inst.op != Op::Load && inst.op != Op::Store && !is_atomic(inst.op)) continue;
    ValueId base = memory_of(fn_, inst.operands[0]);
    if (is_local(fn_, base) && structure_.inside(structure_.block_of(base), body)) continue;
    found.stored |= inst.op == Op::Store;
    (inst.op == Op::Load ? found.added : found.read).insert(memory_at(fn_, base));
  }
}

void Emitter::add(ValueId primal, ValueId amount) {
  if (!activity_.active(primal)) return;
  if (shared_.contains(primal)) {
    accumulate(adjoint_.at(primal), amount, parallel_ && structure_.block_of(primal) == fn_.body);
    return;
  }
  ValueId& sum = adjoint_[primal];
  sum = sum ? b_.binary(Op::Add, sum, amount) : amount;
}

// The adjoint of a value, complete; none if nothing came.
ValueId Emitter::take(ValueId primal) {
  if (!activity_.active(primal)) return {};
  auto found = adjoint_.find(primal);
  if (found == adjoint_.end()) return {};
  return shared_.contains(primal) ? b_.load(found->second) : found->second;
}

void Emitter::accumulate(ValueId address, ValueId amount, bool atomic) {
  auto zero = zero_.find(memory_of(fn_, address));
  bool first = zero != zero_.end() && zero->first == address && zero->second == b_.block();
  if (zero != zero_.end()) zero_.erase(zero);
  if (atomic)
    b_.emit(Op::AtomicAdd, {address, amount}, {});
  else
    b_.store(address, first ? amount : b_.binary(Op::Add, b_.load(address), amount));
}

ValueId Emitter::adjoint_address(ValueId pointer) {
  const Inst& def = *fn_.def(pointer);
  if (def.op == Op::Var) return adjoint_.at(pointer);
  std::vector<ValueId> operands;
  for (ValueId v : def.operands)
    operands.push_back(fn_[v].type.pointer ? adjoint_.at(v) : primal_.now(v));
  uint64_t imm = def.imm;
  if (def.op == Op::FieldPtr)
    imm = module_.fields[FieldId{static_cast<uint32_t>(def.imm)}].grad.raw;
  if (def.op == Op::ArrayPtr) imm = ArgSlot{ArgSlot::of(def.imm).param, 1}.imm();
  return b_.value(def.op, fn_[pointer].type, operands, imm);
}

}  // namespace

void emit_adjoint(const Module& module, Function& fn, const Structure& structure,
                  const Activity& activity, const Plan& plan) {
  Emitter(module, fn, structure, activity, plan).run();
}

}  // namespace tinsmith::autodiff
