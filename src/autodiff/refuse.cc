// SPDX-License-Identifier: Apache-2.0
// See refuse.h.
#include "autodiff/refuse.h"

#include "autodiff/follow.h"
#include "autodiff/rules.h"

namespace tinsmith::autodiff {

namespace {

class Refusal {
 public:
  Refusal(const Module& module, const Function& fn, const Structure& structure,
          const Activity& activity, Diagnostics& diags)
      : module_(module), fn_(fn), structure_(structure), activity_(activity), diags_(diags) {
    for (InstId id : structure.order()) {
      bool writes = fn[id].op == Op::Store || is_atomic(fn[id].op);
      if (writes && !is_local(fn, fn[id].operands[0]))
        writes_[memory_at(fn, fn[id].operands[0])].push_back(id);
    }
  }

  void operation(InstId id);
  void recomputed(InstId id, const Slice& slice);
  void carried_by_threads(BlockId block, const BlockPlan& plan);

 private:
  Diagnostic& error(Code code, LocId loc, std::string message);
  void store(InstId id);
  void atomic(InstId id);
  void cut(InstId id);
  bool read_back(InstId write) const;
  void load(InstId id);
  bool in_parallel(InstId id) const;
  bool is_adjoint(ValueId pointer) const;

  const Module& module_;
  const Function& fn_;
  const Structure& structure_;
  const Activity& activity_;
  Diagnostics& diags_;
  std::map<Memory, std::vector<InstId>> writes_;  // to fields and arrays
  std::set<std::string> cut_, overwritten_;
};

Span span_of(const Function& fn, LocId loc) { return loc ? fn[loc].span : Span{}; }

Diagnostic& Refusal::error(Code code, LocId loc, std::string message) {
  Diagnostic& d = diags_.error(code, span_of(fn_, loc), std::move(message));
  for (LocId at = loc; at && fn_[at].inlined_at; at = fn_[at].inlined_at)
    d.note(fn_[fn_[at].inlined_at].span, "called from here");
  return d;
}

bool Refusal::in_parallel(InstId id) const {
  for (BlockId at = structure_.block_of(id); at; at = structure_.parent(at))
    if (structure_.parallel(at)) return true;
  return false;
}

void Refusal::store(InstId id) {
  const Inst& inst = fn_[id];
  ValueId memory = memory_of(fn_, inst.operands[0]);
  if (!is_local(fn_, memory)) return cut(id);
  if (activity_.active(memory) && structure_.block_of(memory) == fn_.body && in_parallel(id))
    error(Code::gradient_race, inst.loc,
          "iterations of a parallel loop assign the same local variable")
        .note("accumulate with `+=`, or declare the variable inside of the loop");
}

void Refusal::atomic(InstId id) {
  const Inst& inst = fn_[id];
  ValueId memory = memory_of(fn_, inst.operands[0]);
  bool local = is_local(fn_, memory);
  bool carries = local ? activity_.active(memory) : has_adjoint(module_, fn_, memory);
  if (!carries) {
    if (!local) cut(id);
    return;
  }
  if (inst.op != Op::AtomicAdd)
    error(Code::gradient_of_atomic, inst.loc,
          std::string(info(inst.op).text) + " on '" + memory_name(module_, fn_, memory) +
              "', which has a gradient")
        .note(
            "only += and -= are differentiated; compute the value in a local variable and store "
            "it");
  else if (!inst.results.empty() && activity_.useful(inst.results[0]))
    error(Code::gradient_of_atomic, inst.loc, "a gradient through the old value of an atomic")
        .note("read the field in a kernel of its own");
}

// What was written to memory without a gradient is read again, for something that has one.
bool Refusal::read_back(InstId write) const {
  for (InstId id : structure_.order()) {
    const Inst& inst = fn_[id];
    if (inst.op != Op::Load || !activity_.useful(inst.results[0])) continue;
    if (!is_local(fn_, inst.operands[0]) && may_follow(fn_, structure_, write, id)) return true;
  }
  return false;
}

// A value that depends on inputs goes where no gradient follows.
void Refusal::cut(InstId id) {
  const Inst& inst = fn_[id];
  ValueId memory = inst.operands[0];
  if (has_adjoint(module_, fn_, memory) || is_adjoint(memory)) return;
  if (!activity_.varied(inst.operands[1]) || !is_real(fn_[memory].type.dtype)) return;
  std::string name = memory_name(module_, fn_, memory);
  if (!cut_.insert(name).second) return;
  // A stop by design is common (the maximum that a softmax subtracts), so neither is an error.
  Span at = span_of(fn_, inst.loc);
  if (read_back(id))
    diags_
        .warning(
            Code::gradient_lost, at,
            "'" + name +
                "' was made without a gradient: what this kernel reads of it counts as constant")
        .note("give it needs_grad=True if a gradient has to pass");
  else
    diags_
        .warning(Code::gradient_stops, at,
                 "no gradient flows through '" + name + "': it was made without one")
        .note("give it needs_grad=True if what depends on it is differentiated");
}

bool Refusal::is_adjoint(ValueId pointer) const {
  const Inst& def = *fn_.def(pointer);
  if (def.op == Op::ArrayPtr) return ArgSlot::of(def.imm).component == 1;
  for (uint32_t f = 0; f < module_.fields.size(); ++f)
    if (module_.fields[FieldId{f}].grad == FieldId{static_cast<uint32_t>(def.imm)}) return true;
  return false;
}

void Refusal::operation(InstId id) {
  const Inst& inst = fn_[id];
  if (inst.op == Op::Store) return store(id);
  if (is_atomic(inst.op)) return atomic(id);
  if (inst.op == Op::Return && activity_.varied(inst.operands[0])) {
    diags_
        .warning(Code::gradient_of_return, span_of(fn_, inst.loc),
                 "no gradient flows from the value that a kernel returns")
        .note("store it in a 0-D field with needs_grad=True");
    return;
  }
  if (inst.results.size() != 1 || !derivative(inst.op).unknown()) return;
  ValueId from = inst.operands[0], to = inst.results[0];
  if (activity_.useful(to) && is_real(fn_[to].type.dtype) && activity_.touched(from))
    error(Code::not_differentiable, inst.loc,
          std::string(info(inst.op).text) + " has no derivative and a gradient passes through it")
        .note("compute it in a kernel of its own and store it in a field without a gradient");
}

void Refusal::load(InstId id) {
  const Inst& inst = fn_[id];
  ValueId memory = inst.operands[0];
  if (is_local(fn_, memory)) return;
  std::string name = memory_name(module_, fn_, memory);
  if (is_adjoint(memory)) {
    error(Code::gradient_read, inst.loc, "the gradient needs '" + name + "', a gradient itself")
        .note("copy it to another field in a kernel of its own");
    return;
  }
  for (InstId write : writes_[memory_at(fn_, memory)]) {
    const Inst& other = fn_[write];
    if (!may_follow(fn_, structure_, id, write)) continue;
    if (!overwritten_.insert(name).second) return;
    error(Code::gradient_needs_history, inst.loc,
          "the gradient needs the value of '" + name + "' read here, and the kernel overwrites it")
        .note(span_of(fn_, other.loc), "overwritten here")
        .note("write the result to another field, or to another index that is a constant apart");
    return;
  }
}

void Refusal::recomputed(InstId id, const Slice& slice) {
  const Inst& inst = fn_[id];
  if (inst.op == Op::Load) load(id);
  if (inst.op == Op::Random)
    error(Code::gradient_of_random, inst.loc, "the gradient needs this random number again")
        .note("draw it in a kernel of its own and store it in a field");
  bool old = is_atomic(inst.op) && !inst.results.empty() && slice.has(id);
  if (old)
    error(Code::gradient_of_atomic, inst.loc,
          "the gradient needs the old value of this atomic again")
        .note("draw it in a kernel of its own and store it in a field");
}

void Refusal::carried_by_threads(BlockId block, const BlockPlan& plan) {
  if (!structure_.parallel(block)) return;
  for (ValueId var : plan.copies)
    if (plan.slice.locals.contains(var))
      error(Code::gradient_race, fn_[structure_.writes(var).front()].loc,
            "the gradient needs a local variable that iterations of a parallel loop change")
          .note("declare the variable inside of the loop");
}

}  // namespace

void refuse_operations(const Module& module, const Function& fn, const Structure& structure,
                       const Activity& activity, Diagnostics& diags) {
  Refusal refusal(module, fn, structure, activity, diags);
  for (InstId id : structure.order()) refusal.operation(id);
}

void refuse_recomputation(const Module& module, const Function& fn, const Structure& structure,
                          const Activity& activity, const Plan& plan, Diagnostics& diags) {
  Refusal refusal(module, fn, structure, activity, diags);
  std::set<InstId> seen;
  for (const auto& [block, of_block] : plan.blocks) {
    refusal.carried_by_threads(block, of_block);
    for (const Slice* slice : {&of_block.slice, &of_block.prefix})
      for (InstId id : slice->insts)
        if (seen.insert(id).second) refusal.recomputed(id, *slice);
  }
}

}  // namespace tinsmith::autodiff
