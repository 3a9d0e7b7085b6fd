// SPDX-License-Identifier: Apache-2.0
// See normalize.h. Rebuilds each block's list once; values of removed atomics are replaced at the
// end.
#include "autodiff/normalize.h"

#include <algorithm>
#include <map>

#include "autodiff/structure.h"
#include "support/check.h"

namespace tinsmith::autodiff {

namespace {

// The operation that an atomic does to the old and the given value.
Op plain(Op atomic) {
  switch (atomic) {
    case Op::AtomicAdd: return Op::Add;
    case Op::AtomicMul: return Op::Mul;
    case Op::AtomicMin: return Op::Min;
    case Op::AtomicMax: return Op::Max;
    case Op::AtomicAnd: return Op::And;
    case Op::AtomicOr: return Op::Or;
    case Op::AtomicXor: return Op::Xor;
    default: TS_UNREACHABLE("not an atomic");
  }
}

class Normalizer {
 public:
  explicit Normalizer(Function& fn) : fn_(fn), b_(fn, fn.body) {}
  void run();

 private:
  void rewrite_block(BlockId block, bool parallel);
  void rewrite(InstId id);
  ValueId address(ValueId pointer);
  bool shared_by_threads(ValueId pointer) const;
  void find_sums(BlockId block, bool parallel);
  ValueId summand(const Inst& store);
  bool unwritten_since(const Inst& load, ValueId var) const;
  bool same_address(ValueId p, ValueId q) const;
  void replace_operands(BlockId block);

  Function& fn_;
  Builder b_;
  bool parallel_ = false;
  std::map<ValueId, bool> of_body_;  // locals: declared in the kernel's body
  std::map<ValueId, ValueId> replaced_;
};

void Normalizer::run() {
  for (InstId id : fn_[fn_.body].insts)
    if (fn_[id].op == Op::Var) of_body_[fn_[id].results[0]] = true;
  rewrite_block(fn_.body, false);
  replace_operands(fn_.body);
  find_sums(fn_.body, false);
}

void Normalizer::rewrite_block(BlockId block, bool parallel) {
  std::vector<InstId> old = std::move(fn_[block].insts);
  fn_[block].insts.clear();
  for (InstId id : old) {
    for (BlockId owned : fn_[id].blocks)
      rewrite_block(owned, parallel || fn_[id].op == Op::ParallelFor);
    b_.set_block(block);
    parallel_ = parallel;
    rewrite(id);
  }
}

ValueId Normalizer::address(ValueId pointer) {
  const Inst& def = *fn_.def(pointer);
  if (def.op == Op::Var) return pointer;
  return b_.value(def.op, fn_[pointer].type, def.operands, def.imm);
}

bool Normalizer::shared_by_threads(ValueId pointer) const {
  return parallel_ && of_body_.contains(memory_of(fn_, pointer));
}

void Normalizer::rewrite(InstId id) {
  Inst& inst = fn_[id];
  b_.loc = inst.loc;
  if (inst.op == Op::Elem || inst.op == Op::FieldPtr || inst.op == Op::ArrayPtr) return;
  bool memory = inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op);
  bool local = memory && is_local(fn_, inst.operands[0]);
  bool keep = !is_atomic(inst.op) || !local || shared_by_threads(inst.operands[0]) ||
              (inst.op == Op::AtomicAdd && inst.results.empty());
  if (memory) inst.operands[0] = address(inst.operands[0]);
  if (keep) return fn_[b_.block()].insts.push_back(id);
  ValueId old = b_.load(inst.operands[0]);
  ValueId sum = b_.binary(plain(inst.op), old, inst.operands[1]);
  b_.store(address(inst.operands[0]), sum);
  if (!inst.results.empty()) replaced_[inst.results[0]] = old;
}

void Normalizer::replace_operands(BlockId block) {
  for (InstId id : fn_[block].insts) {
    for (ValueId& v : fn_[id].operands)
      for (auto to = replaced_.find(v); to != replaced_.end(); to = replaced_.find(v))
        v = to->second;
    for (BlockId owned : fn_[id].blocks) replace_operands(owned);
  }
}

bool Normalizer::same_address(ValueId p, ValueId q) const {
  const Inst &a = *fn_.def(p), &b = *fn_.def(q);
  return p == q ||
         (a.op == Op::Elem && b.op == Op::Elem && std::ranges::equal(a.operands, b.operands));
}

// For a store of `local + value` to the local, which nothing wrote since it was read: the value,
// negative for a difference.
ValueId Normalizer::summand(const Inst& store) {
  const Inst* sum = fn_.def(store.operands[1]);
  if (!is_local(fn_, store.operands[0]) || shared_by_threads(store.operands[0])) return {};
  if (!sum || (sum->op != Op::Add && sum->op != Op::Sub)) return {};
  if (!is_real(fn_[store.operands[1]].type.dtype)) return {};
  for (size_t k = 0; k < (sum->op == Op::Add ? 2u : 1u); ++k) {
    const Inst* load = fn_.def(sum->operands[k]);
    if (!load || load->op != Op::Load || !same_address(load->operands[0], store.operands[0]))
      continue;
    if (!unwritten_since(*load, memory_of(fn_, store.operands[0]))) continue;
    ValueId other = sum->operands[1 - k];
    return sum->op == Op::Add ? other : b_.unary(Op::Neg, other);
  }
  return {};
}

// `load` stands in this block and nothing after it writes `var`.
bool Normalizer::unwritten_since(const Inst& load, ValueId var) const {
  const std::vector<InstId>& insts = fn_[b_.block()].insts;
  for (size_t i = insts.size(); i-- > 0;) {
    const Inst& inst = fn_[insts[i]];
    if (&inst == &load) return true;
    if (!inst.blocks.empty()) return false;
    bool writes = inst.op == Op::Store || is_atomic(inst.op);
    if (writes && memory_of(fn_, inst.operands[0]) == var) return false;
  }
  return false;
}

void Normalizer::find_sums(BlockId block, bool parallel) {
  std::vector<InstId> old = std::move(fn_[block].insts);
  fn_[block].insts.clear();
  for (InstId id : old) {
    const Inst& inst = fn_[id];
    for (BlockId owned : inst.blocks) find_sums(owned, parallel || inst.op == Op::ParallelFor);
    b_.set_block(block);
    b_.loc = inst.loc;
    parallel_ = parallel;
    ValueId value = inst.op == Op::Store ? summand(inst) : ValueId{};
    if (value)
      b_.emit(Op::AtomicAdd, {inst.operands[0], value}, {});
    else
      fn_[block].insts.push_back(id);
  }
}

}  // namespace

void normalize(Function& fn) { Normalizer(fn).run(); }

}  // namespace tinsmith::autodiff
