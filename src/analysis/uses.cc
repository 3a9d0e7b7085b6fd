// SPDX-License-Identifier: Apache-2.0
#include "analysis/analysis.h"
#include "support/check.h"

namespace tinsmith::analysis {

UseCounts count_uses(const Function& fn) {
  UseCounts counts(fn);
  for_each_inst(fn, fn.body, [&](InstId i) {
    for (ValueId v : fn[i].operands) ++counts[v];
  });
  return counts;
}

MemoryRef memory_of(const Function& fn, ValueId pointer) {
  const Inst* def = fn.def(pointer);
  TS_CHECK(def && fn[pointer].type.pointer, "memory_of something that is no address");
  if (def->op == Op::Elem) return memory_of(fn, def->operands[0]);
  if (def->op == Op::Var) return {MemoryKind::Local, pointer.raw};
  if (def->op == Op::FieldPtr) return {MemoryKind::Field, static_cast<uint32_t>(def->imm)};
  if (def->op == Op::TempPtr) return {MemoryKind::Temp, static_cast<uint32_t>(def->imm)};
  auto slot = ArgSlot::of(def->imm);
  return {slot.component ? MemoryKind::ArrayGrad : MemoryKind::Array, slot.param};
}

}  // namespace tinsmith::analysis
