// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "lower/lower.h"

namespace tinsmith::lower {
namespace {

LayoutNode leaf(int32_t place, DType dtype = DType::F32) {
  LayoutNode node;
  node.place = place;
  node.dtype = dtype;
  return node;
}

LayoutNode dense(std::vector<uint32_t> axes, std::vector<uint32_t> extents,
                 std::vector<LayoutNode> children) {
  LayoutNode node;
  node.axes = std::move(axes);
  node.extents = std::move(extents);
  node.children = std::move(children);
  return node;
}

std::vector<uint32_t> offsets(const TreeLayout& layout) {
  std::vector<uint32_t> all;
  for (const Placement& p : layout.placements) all.push_back(p.offset);
  return all;
}

bool same(const AddressTerm& a, const AddressTerm& b) {
  return a.axis == b.axis && a.divisor == b.divisor && a.extent == b.extent && a.stride == b.stride;
}

TEST(LayOut, GivesTheOffsetsOfTheMnistPackageMadeOnMacOs) {
  // x, label, w, b, logits, grad_w, grad_b, loss
  LayoutNode root = dense({}, {},
                          {dense({0}, {784}, {leaf(0)}), dense({}, {}, {leaf(1, DType::I32)}),
                           dense({0, 1}, {10, 784}, {leaf(2)}), dense({0}, {10}, {leaf(3)}),
                           dense({0}, {10}, {leaf(4)}), dense({0, 1}, {10, 784}, {leaf(5)}),
                           dense({0}, {10}, {leaf(6)}), dense({}, {}, {leaf(7)})});
  Result<TreeLayout> layout = lay_out(root);
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->bytes, 65984u);
  EXPECT_EQ(offsets(*layout), (std::vector<uint32_t>{128, 4, 3264, 48, 8, 34624, 88, 0}));
  EXPECT_EQ(layout->placements[2].offset_in_parent, 3264u);
  EXPECT_EQ(layout->placements[2].shape, (std::vector<uint32_t>{10, 784}));
  ASSERT_EQ(layout->placements[2].terms.size(), 2u);
  EXPECT_TRUE(same(layout->placements[2].terms[0], {0, 1, 10, 3136}));
  EXPECT_TRUE(same(layout->placements[2].terms[1], {1, 1, 784, 4}));
}

TEST(LayOut, GivesTheOffsetsOfTheAutodiffSample) {
  LayoutNode root = dense({}, {},
                          {dense({0}, {16}, {leaf(0)}), dense({0}, {16}, {leaf(1)}),
                           dense({}, {}, {leaf(2)}), dense({}, {}, {leaf(3)})});
  Result<TreeLayout> layout = lay_out(root);
  ASSERT_TRUE(layout);
  EXPECT_EQ(offsets(*layout), (std::vector<uint32_t>{8, 72, 0, 4}));
  EXPECT_EQ(layout->bytes, 136u);
}

TEST(LayOut, DividesTheIndexOverNestedNodesOfTheSameAxis) {
  // root.dense(i, 4).dense(ij, (8, 3)).place(a, b) with b of 8 bytes
  LayoutNode root =
      dense({}, {},
            {dense({}, {}, {leaf(2)}),
             dense({0}, {4}, {dense({0, 1}, {8, 3}, {leaf(0, DType::F64), leaf(1)})})});
  Result<TreeLayout> layout = lay_out(root);
  ASSERT_TRUE(layout);
  const Placement& a = layout->placements[0];
  EXPECT_EQ(a.offset, 8u);  // after the 0-D field and b
  EXPECT_EQ(a.offset_in_parent, 0u);
  EXPECT_EQ(a.shape, (std::vector<uint32_t>{32, 3}));
  ASSERT_EQ(a.terms.size(), 3u);
  EXPECT_TRUE(same(a.terms[0], {0, 8, 4, 288}));
  EXPECT_TRUE(same(a.terms[1], {0, 1, 8, 36}));
  EXPECT_TRUE(same(a.terms[2], {1, 1, 3, 12}));
}

TEST(LayOut, PutsComponentsOfAMatrixFieldSideBySide) {
  LayoutNode root = dense({}, {}, {dense({0}, {5}, {leaf(0), leaf(1), leaf(2)})});
  Result<TreeLayout> layout = lay_out(root);
  ASSERT_TRUE(layout);
  EXPECT_EQ(offsets(*layout), (std::vector<uint32_t>{0, 4, 8}));
  EXPECT_EQ(layout->placements[1].terms[0].stride, 12u);
}

TEST(LayOut, RefusesATreeOfTwoGibibytes) {
  EXPECT_FALSE(lay_out(dense({}, {}, {dense({0}, {1u << 29}, {leaf(0)})})));
  EXPECT_TRUE(lay_out(dense({}, {}, {dense({0}, {(1u << 29) - 1}, {leaf(0)})})));
  EXPECT_FALSE(lay_out(dense({}, {}, {dense({0, 1}, {1u << 31, 1u << 31}, {leaf(0)})})));
}

}  // namespace
}  // namespace tinsmith::lower
