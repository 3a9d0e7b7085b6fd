// SPDX-License-Identifier: Apache-2.0
// IR -> IR at the next stage, and the layout of fields.
#pragma once
#include <string>
#include <vector>

#include "ir/ir.h"
#include "support/result.h"

namespace tinsmith::lower {

// A node of the tree of structural nodes under a root (facts §1.13): `dense` with its axes, or a
// placed field.
struct LayoutNode {
  std::vector<uint32_t> axes;     // dense: axis numbers, in the order given
  std::vector<uint32_t> extents;  // dense: cells along each of them
  int32_t place = -1;        // leaf: index of one scalar component in FieldRequest order; else -1
  DType dtype = DType::F32;  // leaf
  std::vector<LayoutNode> children;
};
struct Placement {
  uint32_t offset = 0;  // from the start of the root cell
  uint32_t offset_in_parent =
      0;  // what metadata calls mem_offset_in_parent (of the dense that holds it)
  std::vector<AddressTerm> terms;
  std::vector<uint32_t> shape;  // product of extents for each axis
};
struct TreeLayout {
  uint32_t bytes = 0;
  std::vector<Placement> placements;  // by LayoutNode::place
};
// Children sorted by size with the unstable order that macOS Taichi gives (libc++'s std::sort
// before LLVM 16), no padding. Refuses a tree of 2 GiB or more.
Result<TreeLayout> lay_out(const LayoutNode& root);

// Splits the body into tasks (facts §3): each parallel_for becomes a range task over a flat index,
// the runs of statements between them serial tasks. Values that cross go through the global
// temporaries, or are computed again where that is cheap and pure. Stage::Source -> Stage::Tasks.
// Also expands floor_div, mod, ipow, integer pow.
//
// A range task has one of two forms. With a block parameter, it runs once for each index from
// TaskInfo::begin to end. Without one, its bounds come from array shapes and are computed in the
// task: its block holds pure operations and then one `for`, whose iterations are the task's;
// TaskInfo says const_end = false, end = 0.
//
// Fails when the global temporaries are too small or a loop has more than 2^31 - 1 iterations.
Result<> to_tasks(Module& module, Function& fn);

}  // namespace tinsmith::lower
