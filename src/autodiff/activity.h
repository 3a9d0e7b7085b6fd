// SPDX-License-Identifier: Apache-2.0
// Which values carry a gradient: those that depend on an input with an adjoint and that an output
// with an adjoint depends on, through operations with a derivative. A local has one answer for its
// whole life.
#pragma once
#include "autodiff/structure.h"

namespace tinsmith::autodiff {

class Activity {
 public:
  Activity(const Module& module, const Function& fn, const Structure& structure);

  // Of a value or of the address of a local: its adjoint is worth having.
  bool active(ValueId v) const { return varied_.get(v) && useful_.get(v); }
  // It depends differentiably on an input, whether or not something depends on it.
  bool varied(ValueId v) const { return varied_.get(v); }
  // It depends on an input in whatever way: through comparisons and integers too.
  bool touched(ValueId v) const { return touched_.get(v); }
  bool useful(ValueId v) const { return useful_.get(v); }
  // Its adjoint may be 0 though something depends on it: a `select`, `min` or branch may not use
  // it.
  bool masked(ValueId v) const { return masked_.get(v); }
  // Reversing the instruction, or something in its blocks, emits code.
  bool has_work(InstId inst) const { return work_.get(inst); }

 private:
  bool set(SideTable<ValueId, bool>& table, ValueId v, bool on);
  bool forward(const Inst& inst);
  bool forward_memory(const Inst& inst);
  bool backward(const Inst& inst);
  bool backward_memory(const Inst& inst);
  void find_unsure(InstId inst, const Structure& structure);
  void find_work(const Structure& structure);
  bool works(const Inst& inst) const;

  const Module& module_;
  const Function& fn_;
  SideTable<ValueId, bool> varied_, touched_, useful_, masked_;
  SideTable<InstId, bool> work_;
};

}  // namespace tinsmith::autodiff
