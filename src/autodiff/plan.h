// SPDX-License-Identifier: Apache-2.0
// What of the primal an adjoint kernel computes again, and where.
//
// Reversing a block starts by recomputing, in order, those of its values that the reverse half
// reads: the block's *slice*. A nested block is reversed on its own, inside the reversed loop or
// branch, with a slice of its own; outer values it takes from the slices around it. A local
// declared further out has to have, in that recomputation, the content it had when the block was
// entered:
//   - not written in the loop or branch: its content before it, read once there (a *snapshot*);
//   - written: a copy of its own, which starts from the snapshot. In a loop the content also
//   depends on the iterations before:
//     they are run again, without their effects on memory (the *prefix*), unless the body stores it
//     before it reads it.
#pragma once
#include <map>
#include <set>

#include "autodiff/activity.h"

namespace tinsmith::autodiff {

// Instructions of one block and the blocks within, and what they take from outside.
struct Slice {
  std::set<InstId> insts;
  std::set<ValueId> results;  // of ifs among them: those that are read
  std::set<ValueId> outer;    // values from outside
  std::set<ValueId> locals;   // locals from outside whose content at entry is read

  bool has(InstId inst) const { return insts.contains(inst); }
};

struct BlockPlan {
  Slice slice;
  // Locals from outside that the slice writes: each recomputation has a copy.
  std::set<ValueId> copies;
  // Of a sequential loop's body: recomputes the iterations before, for the `carried` among the
  // copies.
  Slice prefix;
  std::set<ValueId> carried;
};

struct Plan {
  std::map<BlockId, BlockPlan> blocks;            // those with something to reverse
  std::map<InstId, std::set<ValueId>> snapshots;  // locals read before a loop or branch
};

Plan make_plan(const Function& fn, const Structure& structure, const Activity& activity);

}  // namespace tinsmith::autodiff
