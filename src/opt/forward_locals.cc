// SPDX-License-Identifier: Apache-2.0
// Locals become values. One walk in program order knows, for each local, the value that its memory
// holds (`current_`), or that it cannot tell. Loads of a known local are replaced; an `if` that
// stores to locals yields what they hold at the end of each branch. A loop makes what it stores
// unknown at its beginning and at its end, and nothing else.
//
// Changes of `current_` are journalled, so that leaving a block costs what happened inside, not the
// number of locals. A local that another thread may touch (stored inside a parallel loop, declared
// outside) is never known.
#include <algorithm>
#include <array>

#include "analysis/analysis.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

namespace tinsmith::opt {

namespace {

// Dense number of a local; arrays and anything that is no local have none.
using LocalId = Id<struct LocalTag>;

// What happens inside a block, the blocks within included.
struct Summary {
  std::vector<LocalId> stored;       // in any way, each once
  std::vector<LocalId> loop_stored;  // inside a loop of the block
  bool escapes = false;  // a break or continue leads out of it, its own terminator aside
};

class ForwardLocals {
 public:
  explicit ForwardLocals(Function& fn) : fn_(fn), replaced_(fn) {}

  bool run() {
    find_locals();
    if (vars_.empty()) return false;
    current_.resize(vars_.size());
    shared_.resize(vars_.size());
    summarise(fn_.body);
    block(fn_.body);
    drop_unused_zeros();
    return remove_dead(fn_) || changed_;
  }

 private:
  struct Change {
    LocalId local;
    ValueId before;
  };

  // --- Before the walk

  void find_locals() {
    std::vector<bool> indexed(fn_.value_count());
    std::vector<ValueId> vars;
    analysis::for_each_inst(fn_, fn_.body, [&](InstId i) {
      const Inst& inst = fn_[i];
      if (inst.op == Op::Var && inst.imm == 1) vars.push_back(inst.results[0]);
      if (inst.op == Op::Elem) indexed[inst.operands[0].raw] = true;
    });
    local_of_.resize(fn_.value_count());
    for (ValueId v : vars) {
      if (indexed[v.raw]) continue;
      local_of_[v.raw] = LocalId{static_cast<uint32_t>(vars_.size())};
      vars_.push_back(v);
    }
  }

  LocalId local(ValueId v) const { return v.raw < local_of_.size() ? local_of_[v.raw] : LocalId{}; }
  LocalId accessed(const Inst& inst) const {
    bool accesses = inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op);
    return accesses ? local(inst.operands[0]) : LocalId{};
  }

  static void unite(std::vector<LocalId>& into, std::vector<LocalId> more) {
    into.insert(into.end(), more.begin(), more.end());
    std::ranges::sort(into);
    into.erase(std::unique(into.begin(), into.end()), into.end());
  }

  const Summary& summarise(BlockId id) {
    Summary s;
    const auto& insts = fn_[id].insts;
    for (InstId i : insts) {
      const Inst& inst = fn_[i];
      LocalId l = accessed(inst);
      if (l && inst.op != Op::Load) s.stored.push_back(l);
      bool loop = inst.op != Op::If;
      for (BlockId b : inst.blocks) {
        const Summary& inner = summarise(b);
        s.stored.insert(s.stored.end(), inner.stored.begin(), inner.stored.end());
        const auto& in_loop = loop ? inner.stored : inner.loop_stored;
        s.loop_stored.insert(s.loop_stored.end(), in_loop.begin(), in_loop.end());
        Op end = fn_[fn_[b].insts.back()].op;
        if (!loop && (inner.escapes || end != Op::Yield)) s.escapes = true;
      }
    }
    unite(s.stored, {});
    unite(s.loop_stored, {});
    return summaries_[id] = std::move(s);
  }

  // --- The walk

  void set(LocalId local, ValueId value) {
    journal_.push_back({local, current_[local.raw]});
    current_[local.raw] = value;
  }

  void roll_back(size_t mark) {
    for (; journal_.size() > mark; journal_.pop_back())
      current_[journal_.back().local.raw] = journal_.back().before;
  }

  ValueId known(LocalId local) const { return current_[local.raw]; }

  // Rebuilds the instruction list of `id`. `current_` is left as it is at the block's end.
  void block(BlockId id) {
    std::vector<InstId> insts = std::move(fn_[id].insts);
    fn_[id].insts.clear();
    for (InstId i : insts) {
      replaced_.fix(fn_[i]);
      inst(id, i);
    }
    for (InstId i : insts)
      if (fn_[i].op == Op::Var && local(fn_[i].results[0]))
        in_scope_[local(fn_[i].results[0])] = false;
  }

  void keep(BlockId at, InstId i) { fn_[at].insts.push_back(i); }

  void inst(BlockId at, InstId i) {
    Inst& inst = fn_[i];
    Builder build(fn_, at);
    build.loc = inst.loc;
    LocalId l = accessed(inst);
    if (inst.op == Op::Var && local(inst.results[0])) {
      keep(at, i);
      declare(build, inst.results[0]);
    } else if (!l || shared_[l.raw]) {
      if (inst.op == Op::If) return if_else(at, i);
      keep(at, i);
      if (!inst.blocks.empty()) loop(inst);
    } else if (inst.op == Op::Load) {
      load(at, i, l);
    } else if (inst.op == Op::Store) {
      set(l, inst.operands[1]);
      keep(at, i);
    } else {
      atomic(build, inst, l);
    }
  }

  // Undefined until stored: zero, then, as the interpreter has it.
  void declare(Builder& build, ValueId var) {
    ValueId zero = build.constant_int(fn_[var].type.dtype, 0);
    zeros_.push_back(zero);
    set(local(var), zero);
    in_scope_[local(var)] = true;
  }

  void load(BlockId at, InstId i, LocalId l) {
    const Inst& inst = fn_[i];
    if (known(l)) {
      replaced_.add(inst.results[0], known(l));
      changed_ = true;
      return;
    }
    set(l, inst.results[0]);
    keep(at, i);
  }

  // No other thread sees it: load, operation, store.
  void atomic(Builder& build, const Inst& inst, LocalId l) {
    ValueId old = known(l) ? known(l) : build.load(vars_[l.raw]);
    ValueId now = build.binary(plain_op(inst.op), old, inst.operands[1]);
    build.store(vars_[l.raw], now);
    set(l, now);
    if (!inst.results.empty()) replaced_.add(inst.results[0], old);
    changed_ = true;
  }

  void loop(const Inst& inst) {
    const Summary& inside = summaries_[inst.blocks[0]];
    std::vector<LocalId> shared;
    for (LocalId l : inside.stored) {
      set(l, {});
      if (inst.op == Op::ParallelFor && in_scope_[l]) shared.push_back(l);
    }
    for (LocalId l : shared) shared_[l.raw] = true;
    size_t entered = journal_.size();
    block(inst.blocks[0]);
    roll_back(entered);
    for (LocalId l : shared) shared_[l.raw] = false;
  }

  // --- If

  // One branch: what the locals that it stores to hold at its end.
  struct Branch {
    BlockId block;
    bool falls_out = false;                         // its end is reached
    std::vector<std::pair<LocalId, ValueId>> ends;  // by local
    ValueId end_of(LocalId l, ValueId otherwise) const {
      auto at = std::ranges::lower_bound(ends, l, {}, [](const auto& e) { return e.first; });
      return at != ends.end() && at->first == l ? at->second : otherwise;
    }
  };

  Branch branch(BlockId id) {
    size_t mark = journal_.size();
    Branch out{id, false, {}};
    block(id);
    out.falls_out = falls_out(id);
    for (LocalId l : summaries_[id].stored) out.ends.emplace_back(l, known(l));
    roll_back(mark);
    return out;
  }

  bool falls_out(BlockId id) const { return fn_[fn_[id].insts.back()].op == Op::Yield; }

  // The locals that live on behind the `if` and that a branch which gets there stores to, each
  // once.
  std::vector<LocalId> stored_in(const Inst& inst) {
    std::vector<LocalId> all;
    for (BlockId b : inst.blocks)
      if (falls_out(b)) unite(all, summaries_[b].stored);
    std::erase_if(all, [&](LocalId l) { return shared_[l.raw] || !in_scope_[l]; });
    return all;
  }

  bool in_loop_of(const Inst& inst, LocalId l) {
    return std::ranges::any_of(inst.blocks, [&](BlockId b) {
      return falls_out(b) && std::ranges::binary_search(summaries_[b].loop_stored, l);
    });
  }

  void if_else(BlockId at, InstId i) {
    const Inst& inst = fn_[i];
    std::vector<LocalId> stored = stored_in(inst), merged;
    Builder build(fn_, at);
    build.loc = inst.loc;
    for (LocalId l : stored) {
      if (in_loop_of(inst, l)) continue;
      merged.push_back(l);
      if (!known(l)) set(l, build.load(vars_[l.raw]));
    }
    std::array<Branch, 2> branches = {branch(inst.blocks[0]), branch(inst.blocks[1])};
    for (LocalId l : stored)
      if (!std::ranges::binary_search(merged, l)) set(l, {});
    if (merged.empty())
      keep(at, i);
    else
      merge(build, inst, merged, branches);
  }

  // The same `if`, which also yields the merged locals. Branches need not store them then, unless a
  // break or continue leaves from the middle, where memory must be right.
  void merge(Builder& build, const Inst& old, const std::vector<LocalId>& merged,
             const std::array<Branch, 2>& branches) {
    std::vector<Type> types;
    for (ValueId v : old.results) types.push_back(fn_[v].type);
    for (LocalId l : merged) types.push_back(value_of(fn_[vars_[l.raw]].type.dtype));
    const Inst& made = fn_[build.emit(Op::If, old.operands, types)];
    std::ranges::copy(old.blocks, made.blocks.begin());
    for (size_t n = 0; n < old.results.size(); ++n) replaced_.add(old.results[n], made.results[n]);
    bool stores_left_out = false;
    for (const Branch& b : branches) {
      if (!b.falls_out) continue;
      yield_more(b, merged);
      if (summaries_[b.block].escapes) continue;
      leave_out_stores(b.block, merged);
      stores_left_out = true;
    }
    for (size_t n = 0; n < merged.size(); ++n) {
      ValueId result = made.results[old.results.size() + n];
      set(merged[n], result);
      if (stores_left_out) build.store(vars_[merged[n].raw], result);
    }
    changed_ = true;
  }

  void yield_more(const Branch& b, const std::vector<LocalId>& merged) {
    InstId& end = fn_[b.block].insts.back();
    std::vector<ValueId> values(fn_[end].operands.begin(), fn_[end].operands.end());
    for (LocalId l : merged) values.push_back(b.end_of(l, known(l)));
    end = fn_.create(Op::Yield, fn_[end].loc, values, {});
  }

  void leave_out_stores(BlockId id, const std::vector<LocalId>& merged) {
    std::erase_if(fn_[id].insts, [&](InstId i) {
      return fn_[i].op == Op::Store && local(fn_[i].operands[0]) &&
             std::ranges::binary_search(merged, local(fn_[i].operands[0]));
    });
  }

  void drop_unused_zeros() {
    analysis::UseCounts uses = analysis::count_uses(fn_);
    std::vector<bool> unused(fn_.inst_count());
    for (ValueId zero : zeros_) unused[fn_[zero].def.raw] = uses[zero] == 0;
    drop(fn_.body, unused);
  }

  void drop(BlockId id, const std::vector<bool>& unused) {
    std::erase_if(fn_[id].insts, [&](InstId i) { return unused[i.raw]; });
    for (InstId i : fn_[id].insts)
      for (BlockId b : fn_[i].blocks) drop(b, unused);
  }

  Function& fn_;
  Replacements replaced_;
  std::vector<ValueId> vars_;      // by LocalId
  std::vector<LocalId> local_of_;  // by ValueId
  std::vector<ValueId> current_;   // by LocalId: the value in memory, or none
  std::vector<bool> shared_;       // by LocalId
  SideTable<LocalId, bool> in_scope_;
  std::vector<ValueId> zeros_;
  std::vector<Change> journal_;
  SideTable<BlockId, Summary> summaries_;
  bool changed_ = false;
};

}  // namespace

bool forward_locals(Function& fn) { return ForwardLocals(fn).run(); }

}  // namespace tinsmith::opt
