// SPDX-License-Identifier: Apache-2.0
// Where fields lie in the root buffer of their tree (facts §1.13): members of a node ordered by
// size, no padding at all, dense nodes row-major with the highest axis fastest.
#include <algorithm>
#include <numeric>

#include "lower/lower.h"
#include "lower/size_order.h"
#include "support/check.h"

namespace tinsmith::lower {

namespace {

constexpr uint64_t kTooLarge = uint64_t{1} << 31;

// What a node adds to the addresses of the leaves below it.
struct Measured {
  uint64_t bytes = 0;  // of the whole node, all cells
  uint64_t cell_bytes = 0;
  std::vector<uint64_t> offsets;  // of each child in a cell
  std::vector<Measured> children;
};

// Sizes stay below 2^62: both factors do below 2^31, and larger ones become kTooLarge.
uint64_t times(uint64_t a, uint64_t b) { return std::min(a * b, kTooLarge); }

Measured measure(const LayoutNode& node) {
  Measured m;
  if (node.place >= 0) {
    m.bytes = m.cell_bytes = bytes(node.dtype);
    return m;
  }
  std::vector<uint64_t> sizes;
  for (const LayoutNode& child : node.children) {
    m.children.push_back(measure(child));
    sizes.push_back(m.children.back().bytes);
  }
  m.offsets.resize(sizes.size());
  for (uint32_t child : size_order(sizes)) {
    m.offsets[child] = m.cell_bytes;
    m.cell_bytes = std::min(m.cell_bytes + sizes[child], kTooLarge);
  }
  m.bytes = std::accumulate(node.extents.begin(), node.extents.end(), m.cell_bytes, times);
  return m;
}

struct Step {
  const LayoutNode* node;
  uint64_t cell_bytes;
};

// The terms of a leaf from the dense nodes above it, outermost first.
void add_terms(const std::vector<Step>& path, Placement& placement) {
  std::vector<uint32_t>& shape = placement.shape;
  std::vector<AddressTerm>& terms = placement.terms;
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    const LayoutNode& node = *step->node;
    std::vector<size_t> by_axis(node.axes.size());
    std::iota(by_axis.begin(), by_axis.end(), size_t{0});
    std::ranges::sort(by_axis, [&](size_t a, size_t b) { return node.axes[a] > node.axes[b]; });
    uint64_t stride = step->cell_bytes;
    for (size_t i : by_axis) {
      uint32_t axis = node.axes[i];
      uint32_t extent = node.extents[i];
      if (shape.size() <= axis) shape.resize(axis + 1, 1);
      terms.push_back({axis, shape[axis], extent, static_cast<uint32_t>(stride)});
      shape[axis] *= extent;
      stride *= extent;
    }
  }
  std::ranges::reverse(terms);
}

void place(const LayoutNode& node, const Measured& measured, uint64_t offset,
           uint64_t offset_in_parent, std::vector<Step>& path, TreeLayout& layout) {
  if (node.place >= 0) {
    auto index = static_cast<size_t>(node.place);
    if (layout.placements.size() <= index) layout.placements.resize(index + 1);
    Placement& placement = layout.placements[index];
    placement.offset = static_cast<uint32_t>(offset);
    placement.offset_in_parent = static_cast<uint32_t>(offset_in_parent);
    add_terms(path, placement);
    return;
  }
  path.push_back({&node, measured.cell_bytes});
  for (size_t i = 0; i < node.children.size(); ++i) {
    const LayoutNode& child = node.children[i];
    uint64_t in_cell = measured.offsets[i];
    // A leaf reports the place of the dense node around it, which its own node passes down.
    uint64_t reported = child.place >= 0 ? offset_in_parent : in_cell;
    place(child, measured.children[i], offset + in_cell, reported, path, layout);
  }
  path.pop_back();
}

}  // namespace

Result<TreeLayout> lay_out(const LayoutNode& root) {
  TS_CHECK(root.place < 0 && root.axes.empty(), "the root of a layout holds nodes and has no axes");
  Measured measured = measure(root);
  if (measured.bytes >= kTooLarge)
    return Failure{
        "the fields of one tree need 2 GiB or more; 32-bit byte addresses reach no further"};
  TreeLayout layout;
  layout.bytes = static_cast<uint32_t>(measured.bytes);
  std::vector<Step> path;
  place(root, measured, 0, 0, path, layout);
  return layout;
}

}  // namespace tinsmith::lower
