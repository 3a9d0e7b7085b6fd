// SPDX-License-Identifier: Apache-2.0
// Two fixpoints over the instructions: forward for what depends on inputs, backward for what
// outputs depend on.
#include "autodiff/activity.h"

#include <algorithm>

#include "autodiff/rules.h"

namespace tinsmith::autodiff {

namespace {

// What an `if` yields as its result `k`: one value a branch that ends in a yield.
std::vector<ValueId> yielded(const Function& fn, const Inst& branch, size_t k) {
  std::vector<ValueId> values;
  for (BlockId block : branch.blocks) {
    const Inst& last = fn[fn[block].insts.back()];
    if (last.op == Op::Yield) values.push_back(last.operands[k]);
  }
  return values;
}

bool chooses(Op op) { return op == Op::Select || op == Op::Min || op == Op::Max; }

}  // namespace

Activity::Activity(const Module& module, const Function& fn, const Structure& structure)
    : module_(module), fn_(fn) {
  const std::vector<InstId>& order = structure.order();
  for (bool changed = true; changed;) {
    changed = false;
    for (InstId inst : order) changed |= forward(fn[inst]);
  }
  for (InstId inst : order) find_unsure(inst, structure);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = order.size(); i-- > 0;) changed |= backward(fn[order[i]]);
  }
  find_work(structure);
}

bool Activity::set(SideTable<ValueId, bool>& table, ValueId v, bool on) {
  if (!on || table[v]) return false;
  return table[v] = true;
}

bool Activity::forward_memory(const Inst& inst) {
  ValueId memory = memory_of(fn_, inst.operands[0]);
  bool local = is_local(fn_, memory), changed = false;
  if (inst.op != Op::Load && local) {
    changed |= set(varied_, memory, varied(inst.operands[1]));
    changed |= set(touched_, memory, touched(inst.operands[1]));
  }
  for (ValueId result : inst.results) {
    bool input = !local && has_adjoint(module_, fn_, memory);
    changed |= set(varied_, result, local ? varied(memory) : input);
    changed |= set(touched_, result, local ? touched(memory) : input);
  }
  return changed;
}

bool Activity::forward(const Inst& inst) {
  if (inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op))
    return forward_memory(inst);
  bool changed = false;
  if (inst.op == Op::If) {
    for (size_t k = 0; k < inst.results.size(); ++k) {
      changed |= set(touched_, inst.results[k], touched(inst.operands[0]));
      for (ValueId v : yielded(fn_, inst, k)) {
        changed |= set(varied_, inst.results[k], varied(v));
        changed |= set(touched_, inst.results[k], touched(v));
      }
    }
    return changed;
  }
  if (inst.results.size() != 1 || fn_[inst.results[0]].type.pointer) return changed;
  ValueId result = inst.results[0];
  Derivative rule = derivative(inst.op);
  for (size_t k = 0; k < inst.operands.size(); ++k) {
    bool flows = k < 3 && rule.operand[k].flows && is_real(fn_[result].type.dtype);
    changed |= set(varied_, result, flows && varied(inst.operands[k]));
    changed |= set(touched_, result, touched(inst.operands[k]));
  }
  return changed;
}

bool Activity::backward_memory(const Inst& inst) {
  ValueId memory = memory_of(fn_, inst.operands[0]);
  bool local = is_local(fn_, memory), changed = false;
  if (local) {
    for (ValueId result : inst.results) {
      changed |= set(useful_, memory, useful(result));
      changed |= set(masked_, memory, masked(result));
    }
  }
  if (inst.op == Op::Load) return changed;
  bool real = is_real(fn_[inst.operands[1]].type.dtype);
  bool output = !local && has_adjoint(module_, fn_, memory);
  changed |= set(useful_, inst.operands[1], real && (local ? useful(memory) : output));
  changed |= set(masked_, inst.operands[1], local && masked(memory));
  return changed;
}

bool Activity::backward(const Inst& inst) {
  if (inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op))
    return backward_memory(inst);
  bool changed = false;
  if (inst.op == Op::If) {
    for (size_t k = 0; k < inst.results.size(); ++k)
      for (ValueId v : yielded(fn_, inst, k)) {
        changed |= set(useful_, v, useful(inst.results[k]));
        changed |= set(masked_, v, masked(inst.results[k]));
      }
    return changed;
  }
  if (inst.results.size() != 1) return changed;
  ValueId result = inst.results[0];
  Derivative rule = derivative(inst.op);
  for (size_t k = 0; k < inst.operands.size() && k < 3; ++k) {
    if (!rule.operand[k].flows || !is_real(fn_[inst.operands[k]].type.dtype)) continue;
    changed |= set(useful_, inst.operands[k], useful(result));
    changed |= set(masked_, inst.operands[k], masked(result) || chooses(inst.op));
  }
  return changed;
}

// What a branch or loop within reads may go unread: then its adjoint is 0 whatever it is.
void Activity::find_unsure(InstId id, const Structure& structure) {
  const Inst& inst = fn_[id];
  for (ValueId v : inst.operands) {
    bool local = fn_[v].type.pointer && is_local(fn_, v);
    if (fn_[v].type.pointer && !(local && inst.op == Op::Load)) continue;
    ValueId from = local ? memory_of(fn_, v) : v;
    if (structure.block_of(from) != structure.block_of(id)) masked_[from] = true;
  }
}

bool Activity::works(const Inst& inst) const {
  if (inst.op == Op::Store || is_atomic(inst.op)) {
    ValueId memory = memory_of(fn_, inst.operands[0]);
    if (is_local(fn_, memory)) return active(memory);
    return has_adjoint(module_, fn_, memory) &&
           (inst.op != Op::AtomicAdd || active(inst.operands[1]) || !inst.results.empty());
  }
  return std::ranges::any_of(inst.results,
                             [&](ValueId r) { return !fn_[r].type.pointer && active(r); });
}

void Activity::find_work(const Structure& structure) {
  for (InstId id : structure.order()) {
    if (!works(fn_[id])) continue;
    for (InstId up = id; up && !work_[up]; up = structure.owner(structure.block_of(up)))
      work_[up] = true;
  }
}

}  // namespace tinsmith::autodiff
