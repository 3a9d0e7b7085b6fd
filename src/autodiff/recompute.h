// SPDX-License-Identifier: Apache-2.0
// The forward half of an adjoint kernel: copies slices of the primal and knows which copy stands
// for which primal value.
#pragma once
#include "autodiff/plan.h"

namespace tinsmith::autodiff {

class Recompute {
 public:
  Recompute(Function& fn, const Structure& structure, const Plan& plan, Builder& b)
      : fn_(fn), structure_(structure), plan_(plan), b_(b) {}

  // The copy of a primal value that is valid where code is being emitted; of a local, its address,
  // or its value if that is fixed.
  ValueId now(ValueId primal) const;
  void bind(ValueId primal, ValueId copy) { scopes_.back()[primal] = copy; }

  // Between these two, what is bound belongs to one reversed block.
  void open() { scopes_.emplace_back(); }
  void close() { scopes_.pop_back(); }

  // Recomputes the slice of `block`, its copies of outer locals first. Of a loop's body: the
  // iteration `index` of those from `begin`.
  void block(BlockId block, ValueId begin = {}, ValueId index = {});

 private:
  void open_locals(BlockId block);
  void run_prefix(BlockId block, ValueId begin, ValueId index);
  void take_snapshots(InstId owner);
  void copy(InstId inst, const Slice& slice);
  void copy_block(BlockId from, BlockId to, const Slice& slice, const std::vector<size_t>& results);
  void copy_if(const Inst& inst, const Slice& slice);
  void copy_loop(const Inst& inst, const Slice& slice);
  void copy_sum(InstId id);
  void copy_elements(ValueId from, ValueId to);

  Function& fn_;
  const Structure& structure_;
  const Plan& plan_;
  Builder& b_;
  std::vector<std::map<ValueId, ValueId>> scopes_;
  std::map<std::pair<InstId, ValueId>, ValueId> snapshots_;
};

}  // namespace tinsmith::autodiff
