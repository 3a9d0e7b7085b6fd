// SPDX-License-Identifier: Apache-2.0
// What the passes share: values that stand for others.
#pragma once
#include <vector>

#include "ir/ir.h"

namespace tinsmith::opt {

// The operation that an atomic does: add of atomic_add.
Op plain_op(Op atomic);

// Which value now stands for which. A pass that walks forward calls `fix` on each instruction it
// comes to; one that walks otherwise calls `apply` at its end.
class Replacements {
 public:
  explicit Replacements(const Function& fn) : to_(fn.value_count()) {}

  void add(ValueId from, ValueId to) {
    if (from.raw >= to_.size()) to_.resize(from.raw + 1);
    to_[from.raw] = (*this)(to);
    any_ = true;
  }
  bool any() const { return any_; }

  ValueId operator()(ValueId v) const {
    while (v.raw < to_.size() && to_[v.raw]) v = to_[v.raw];
    return v;
  }
  void fix(Inst& inst) const {
    for (ValueId& v : inst.operands) v = (*this)(v);
  }
  void apply(Function& fn) const {
    if (any_) apply(fn, fn.body);
  }

 private:
  void apply(Function& fn, BlockId block) const {
    for (InstId i : fn[block].insts) {
      fix(fn[i]);
      for (BlockId b : fn[i].blocks) apply(fn, b);
    }
  }

  std::vector<ValueId> to_;
  bool any_ = false;
};

}  // namespace tinsmith::opt
