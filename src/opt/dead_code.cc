// SPDX-License-Identifier: Apache-2.0
// Dead code, from the last instruction to the first: by the time an instruction is seen, the users
// that were dead are gone and no longer counted. A local is read by loads, by atomics whose old
// value is wanted, and by nothing else; stores to one that is not read are dead, too.
#include <algorithm>

#include "analysis/analysis.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

namespace tinsmith::opt {

namespace {

// A local that is read only in computing what is stored to it in a loop lives on; each round frees
// one link of a chain.
constexpr int kMaxRounds = 8;

class DeadCode {
 public:
  explicit DeadCode(Function& fn)
      : fn_(fn), uses_(analysis::count_uses(fn)), reads_(fn), renamed_(fn) {
    analysis::for_each_inst(fn, fn.body, [&](InstId i) { count_read(fn_[i], 1); });
  }

  bool run() {
    bool any = false;
    for (int round = 0; round < kMaxRounds; ++round) {
      changed_ = false;
      block(fn_.body);
      renamed_.apply(fn_);
      if (!changed_) break;
      any = true;
    }
    return any;
  }

 private:
  // The local that an access touches, or none.
  ValueId local(const Inst& inst) const {
    bool accesses = inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op);
    if (!accesses) return {};
    ValueId p = inst.operands[0];
    if (fn_.def(p)->op == Op::Elem) p = fn_.def(p)->operands[0];
    return fn_.def(p)->op == Op::Var ? p : ValueId{};
  }

  bool used(const Inst& inst) const {
    return std::ranges::any_of(inst.results, [&](ValueId v) { return uses_[v] > 0; });
  }

  void count_read(const Inst& inst, uint32_t by) {
    ValueId v = local(inst);
    if (v && inst.op != Op::Store && !inst.results.empty()) reads_[v] += by;
  }

  bool is_dead(const Inst& inst) const {
    Effects effects = info(inst.op).effects;
    if (effects == Effects::Control || used(inst)) return false;
    if (effects != Effects::Write || inst.op == Op::Var) return true;
    ValueId v = local(inst);
    return v && reads_[v] == 0;
  }

  bool is_empty(BlockId b) const {
    const auto& insts = fn_[b].insts;
    return insts.size() == 1 && fn_[insts[0]].op != Op::Break && fn_[insts[0]].op != Op::Continue;
  }

  // An if or for that does nothing. (A while might not end, a parallel_for is a task that the user
  // sees.)
  // The `for` of a range task stays.
  bool is_idle(const Inst& inst, bool in_task) const {
    if (inst.op == Op::If)
      return !used(inst) && is_empty(inst.blocks[0]) && is_empty(inst.blocks[1]);
    return inst.op == Op::For && !in_task && is_empty(inst.blocks[0]);
  }

  void forget(const Inst& inst) {
    for (ValueId v : inst.operands) --uses_[v];
    count_read(inst, static_cast<uint32_t>(-1));
    for (BlockId b : inst.blocks)
      for (InstId i : fn_[b].insts) forget(fn_[i]);
    changed_ = true;
  }

  void block(BlockId id, bool is_task = false) {
    auto& insts = fn_[id].insts;
    std::vector<InstId> kept;
    for (size_t n = insts.size(); n-- > 0;) {
      InstId i = insts[n];
      if (is_dead(fn_[i])) {
        forget(fn_[i]);
        continue;
      }
      if (fn_[i].op == Op::If && !fn_[i].results.empty()) i = drop_results(i);
      const Inst& inst = fn_[i];
      for (size_t b = inst.blocks.size(); b-- > 0;) block(inst.blocks[b], inst.op == Op::Task);
      if (is_idle(inst, is_task))
        forget(inst);
      else
        kept.push_back(i);
    }
    std::ranges::reverse(kept);
    insts = std::move(kept);
  }

  // The same `if` without the results that nobody uses.
  InstId drop_results(InstId id) {
    const Inst old = fn_[id];
    std::vector<size_t> kept;
    for (size_t n = 0; n < old.results.size(); ++n)
      if (uses_[old.results[n]] > 0) kept.push_back(n);
    if (kept.size() == old.results.size()) return id;
    changed_ = true;
    std::vector<Type> types;
    for (size_t n : kept) types.push_back(fn_[old.results[n]].type);
    InstId made = fn_.create(Op::If, old.loc, old.operands, types);
    for (size_t n = 0; n < kept.size(); ++n) {
      ValueId now = fn_[made].results[n];
      uses_[now] = uses_[old.results[kept[n]]];
      renamed_.add(old.results[kept[n]], now);
    }
    for (size_t b = 0; b < 2; ++b) {
      fn_[made].blocks[b] = old.blocks[b];
      yield_only(old.blocks[b], kept);
    }
    return made;
  }

  void yield_only(BlockId b, const std::vector<size_t>& kept) {
    InstId& end = fn_[b].insts.back();
    if (fn_[end].op != Op::Yield) return;
    const Inst old = fn_[end];
    std::vector<ValueId> values;
    for (size_t n : kept) values.push_back(old.operands[n]);
    for (ValueId v : old.operands) --uses_[v];
    for (ValueId v : values) ++uses_[v];
    end = fn_.create(Op::Yield, old.loc, values, {});
  }

  Function& fn_;
  analysis::UseCounts uses_, reads_;
  Replacements renamed_;
  bool changed_ = false;
};

}  // namespace

bool remove_dead(Function& fn) { return DeadCode(fn).run(); }

}  // namespace tinsmith::opt
