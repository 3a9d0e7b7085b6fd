// SPDX-License-Identifier: Apache-2.0
// Every local matrix is born as one `var` with an `elem` for each access. Where all components are
// picked at compile time, scalars are better: each becomes a `var` of its own, which later passes
// turn into values.
#include "frontend/lowering.h"

namespace tinsmith::frontend {

namespace {

struct Splitter {
  Function& fn;
  SideTable<ValueId, bool> indexed;           // a var that some elem addresses at run time
  SideTable<ValueId, ValueId> replaced;       // elem -> the scalar var
  std::vector<std::vector<ValueId>> scalars;  // of each split var
  SideTable<ValueId, uint32_t> split;         // var -> 1 + index into scalars

  void find_indexed(BlockId block) {
    for (InstId id : fn[block].insts) {
      const Inst& inst = fn[id];
      if (inst.op == Op::Elem && !as_int(fn, inst.operands[1])) indexed[inst.operands[0]] = true;
      for (BlockId inner : inst.blocks) find_indexed(inner);
    }
  }

  void rewrite(BlockId block) {
    std::vector<InstId> kept;
    std::vector<InstId> insts = std::move(fn[block].insts);
    for (InstId id : insts) {
      Inst& inst = fn[id];
      if (inst.op == Op::Var && inst.imm > 1 && !indexed.get(inst.results[0])) {
        std::vector<ValueId> parts;
        for (uint64_t i = 0; i < inst.imm; ++i) {
          Type type = fn[inst.results[0]].type;
          InstId part = fn.create(Op::Var, inst.loc, {}, std::span(&type, 1), 1);
          kept.push_back(part);
          parts.push_back(fn[part].results[0]);
        }
        scalars.push_back(std::move(parts));
        split[inst.results[0]] = static_cast<uint32_t>(scalars.size());
        continue;
      }
      if (inst.op == Op::Elem)
        if (uint32_t found = split.get(inst.operands[0])) {
          auto component = static_cast<size_t>(*as_int(fn, inst.operands[1]));
          replaced[inst.results[0]] = scalars[found - 1].at(component);
          continue;
        }
      for (ValueId& operand : inst.operands)
        if (ValueId scalar = replaced.get(operand)) operand = scalar;
      for (BlockId inner : inst.blocks) rewrite(inner);
      kept.push_back(id);
    }
    fn[block].insts = std::move(kept);
  }
};

}  // namespace

void split_locals(Function& fn) {
  Splitter splitter{fn, {}, {}, {}, {}};
  splitter.find_indexed(fn.body);
  splitter.rewrite(fn.body);
}

}  // namespace tinsmith::frontend
