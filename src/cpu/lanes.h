// SPDX-License-Identifier: Apache-2.0
// Several iterations of a Taichi loop at a time: which, and whether it pays; and the loops around
// the copies of the body.
#pragma once
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/PostDominators.h>

#include <memory>
#include <optional>

#include "cpu/lanes_shape.h"
#include "cpu/lanes_write.h"
#include "cpu/loop_index.h"

namespace tinsmith::cpu {

// The loop as it stands in the function that runs a share.
struct LoopPlace {
  const GridLoop& grid;
  const llvm::Loop& loop;
  const llvm::LoopInfo& loops;
  const llvm::PostDominatorTree& post;
  const Ranges& ranges;
  llvm::Value* size;  // what the index is divided by, where that is no constant; above 0
};

// [from, to): the iterations of a share, as values of the index; i64.
struct Share {
  llvm::Value *from = nullptr, *to = nullptr;
};

struct LanePlan {
  LaneSettings settings;
  unsigned rows = 1;  // at a time
  Columns columns;
  bool whole_rows = false;     // shares begin and end with rows, in multiples of `rows`
  bool jams_all = false;       // and no row is left over
  bool always_masks = false;   // rather than a copy of the body without a mask
  bool whole_vectors = false;  // without rows: no iteration is left over
  uint64_t unit = 64;          // of shares
  double nanoseconds = 0;      // a guess for one iteration
  std::unique_ptr<Shapes> shapes;
};

// None where one iteration at a time is as good, or where lanes cannot be made. `scalar` gets the
// guess for one iteration at a time.
std::optional<LanePlan> plan_lanes(const LoopPlace& place, const VectorUnit& unit, bool fast_math,
                                   double& scalar);

// Replaces the loop, from the end of `before` to its exit.
void write_lanes(const LanePlan& plan, const LoopPlace& place, const Share& share,
                 llvm::BasicBlock* before);

}  // namespace tinsmith::cpu
