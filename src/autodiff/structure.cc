// SPDX-License-Identifier: Apache-2.0
// One walk over the blocks; see structure.h.
#include "autodiff/structure.h"

#include "support/check.h"

namespace tinsmith::autodiff {

Structure::Structure(const Function& fn) : fn_(fn) { walk(fn.body, {}); }

void Structure::walk(BlockId block, InstId loop) {
  const std::vector<InstId>& insts = fn_[block].insts;
  for (size_t i = 0; i < insts.size(); ++i) {
    const Inst& inst = fn_[insts[i]];
    at_[insts[i]] = {block, i};
    order_.push_back(insts[i]);
    if (inst.op == Op::Store || is_atomic(inst.op)) {
      ValueId memory = memory_of(fn_, inst.operands[0]);
      if (is_local(fn_, memory)) writes_[memory].push_back(insts[i]);
    }
    if (inst.op == Op::Break || inst.op == Op::Continue) jumps_[loop].push_back(insts[i]);
    for (BlockId owned : inst.blocks) {
      owner_[owned] = insts[i];
      walk(owned, is_loop(inst.op) ? insts[i] : loop);
    }
  }
}

BlockId Structure::block_of(ValueId value) const {
  const Value& v = fn_[value];
  return v.def ? block_of(v.def) : v.param_of;
}

BlockId Structure::parent(BlockId block) const {
  InstId by = owner(block);
  return by ? block_of(by) : BlockId{};
}

bool Structure::inside(BlockId inner, BlockId outer) const {
  for (; inner; inner = parent(inner))
    if (inner == outer) return true;
  return false;
}

InstId Structure::holder(InstId inst, BlockId block) const {
  while (inst && block_of(inst) != block) inst = owner(block_of(inst));
  return inst;
}

bool Structure::parallel(BlockId block) const {
  InstId by = owner(block);
  return by && fn_[by].op == Op::ParallelFor;
}

const std::vector<InstId>& Structure::writes(ValueId var) const {
  static const std::vector<InstId> kNone;
  auto found = writes_.find(var);
  return found == writes_.end() ? kNone : found->second;
}

const std::vector<InstId>& Structure::jumps(InstId loop) const {
  static const std::vector<InstId> kNone;
  auto found = jumps_.find(loop);
  return found == jumps_.end() ? kNone : found->second;
}

ValueId memory_of(const Function& fn, ValueId pointer) {
  const Inst* def = fn.def(pointer);
  TS_CHECK(def, "an address is made by an instruction");
  return def->op == Op::Elem ? def->operands[0] : pointer;
}

Memory memory_at(const Function& fn, ValueId pointer) {
  ValueId base = memory_of(fn, pointer);
  const Inst& def = *fn.def(base);
  return {def.op, def.op == Op::Var ? base.raw : def.imm};
}

bool is_local(const Function& fn, ValueId pointer) {
  return fn.def(memory_of(fn, pointer))->op == Op::Var;
}

bool has_adjoint(const Module& module, const Function& fn, ValueId pointer) {
  const Inst& def = *fn.def(pointer);
  if (def.op == Op::FieldPtr)
    return bool{module.fields[FieldId{static_cast<uint32_t>(def.imm)}].grad};
  if (def.op != Op::ArrayPtr) return false;
  ArgSlot slot = ArgSlot::of(def.imm);
  return slot.component == 0 && fn.params.at(slot.param).needs_grad;
}

std::string memory_name(const Module& module, const Function& fn, ValueId pointer) {
  const Inst& def = *fn.def(pointer);
  if (def.op == Op::FieldPtr) return module.fields[FieldId{static_cast<uint32_t>(def.imm)}].name;
  if (def.op == Op::ArrayPtr) return fn.params.at(ArgSlot::of(def.imm).param).name;
  return "a local variable";
}

bool is_loop(Op op) { return op == Op::For || op == Op::While || op == Op::ParallelFor; }

}  // namespace tinsmith::autodiff
