// SPDX-License-Identifier: Apache-2.0
// Local arrays whose indices are all literals become one local an element, which forward_locals can
// then turn into values.
#include "analysis/analysis.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

namespace tinsmith::opt {

namespace {

constexpr uint64_t kMaxElements = 1024;

class SplitLocals {
 public:
  explicit SplitLocals(Function& fn) : fn_(fn), indexed_(fn.value_count()), replaced_(fn) {}

  bool run() {
    analysis::for_each_inst(fn_, fn_.body, [&](InstId i) { look_at(fn_[i]); });
    block(fn_.body);
    return replaced_.any() && (remove_dead(fn_), true);
  }

 private:
  // Finds the arrays that are used in any other way than `elem` with a literal.
  void look_at(const Inst& inst) {
    if (inst.op == Op::Elem) {
      auto index = as_int(fn_, inst.operands[1]);
      const Inst* var = fn_.def(inst.operands[0]);
      bool literal = index && *index >= 0 && static_cast<uint64_t>(*index) < var->imm;
      if (!literal) indexed_[inst.operands[0].raw] = true;
      return;
    }
    for (ValueId v : inst.operands)
      if (fn_[v].type.pointer) indexed_[v.raw] = true;
  }

  bool splits(const Inst& inst) const {
    return inst.op == Op::Var && inst.imm > 1 && inst.imm <= kMaxElements &&
           !indexed_[inst.results[0].raw];
  }

  void block(BlockId id) {
    std::vector<InstId> insts = std::move(fn_[id].insts);
    fn_[id].insts.clear();
    for (InstId i : insts) {
      replaced_.fix(fn_[i]);
      const Inst& inst = fn_[i];
      if (splits(inst)) {
        split(id, inst);
      } else if (inst.op == Op::Elem && !elements_[inst.operands[0]].empty()) {
        auto index = static_cast<size_t>(*as_int(fn_, inst.operands[1]));
        replaced_.add(inst.results[0], elements_[inst.operands[0]][index]);
      } else {
        fn_[id].insts.push_back(i);
      }
      for (BlockId b : inst.blocks) block(b);
    }
  }

  void split(BlockId at, const Inst& var) {
    Builder build(fn_, at);
    build.loc = var.loc;
    auto& elements = elements_[var.results[0]];
    for (uint64_t n = 0; n < var.imm; ++n)
      elements.push_back(build.var(fn_[var.results[0]].type.dtype));
  }

  Function& fn_;
  std::vector<bool> indexed_;  // by ValueId: stays an array
  SideTable<ValueId, std::vector<ValueId>> elements_;
  Replacements replaced_;
};

}  // namespace

bool split_locals(Function& fn) { return SplitLocals(fn).run(); }

}  // namespace tinsmith::opt
