// SPDX-License-Identifier: Apache-2.0
#include "lower/size_order.h"

#include <gtest/gtest.h>

namespace tinsmith::lower {
namespace {

struct Recorded {
  std::vector<uint64_t> sizes;
  std::vector<uint32_t> order;
};

// Answers of std::sort of libc++ 14 over unique_ptr elements. The same program compared 400000
// random inputs of up to 2400 elements without a difference.
TEST(SizeOrder, MovesEqualSizesAsTheMacLibraryDoes) {
  const std::vector<Recorded> recorded = {
      {{4, 1, 2, 3, 4, 1}, {1, 5, 2, 3, 0, 4}},
      {{2, 1, 1, 2, 3, 4, 4}, {2, 1, 0, 3, 4, 5, 6}},
      {{3, 1, 2, 3, 4, 1, 2, 3}, {1, 5, 6, 2, 7, 3, 0, 4}},
      {{3, 3, 3, 2, 1, 1, 2, 4, 4}, {4, 5, 6, 3, 0, 2, 1, 7, 8}},
      {{4, 2, 1, 2, 3, 4, 4, 1, 3, 2, 2, 4}, {7, 2, 1, 3, 10, 9, 8, 4, 6, 5, 0, 11}},
      {{3, 3, 1, 1, 1, 3, 1, 4, 4, 1, 4, 4, 2, 3, 2, 2, 4},
       {6, 9, 2, 3, 4, 12, 15, 14, 5, 1, 13, 0, 11, 10, 8, 7, 16}},
      {{4, 3, 2, 2, 3, 4, 3, 3, 3, 4, 2, 3, 1, 3, 2, 2, 4, 2, 2, 2, 1, 1, 2, 4, 2},
       {12, 21, 20, 3, 14, 22, 2, 19, 18, 17, 10, 15, 24, 13, 4, 11, 1, 6, 8, 7, 9, 16, 5, 23, 0}},
      {{3, 3, 2, 3, 4, 4, 1, 4, 2, 4, 2, 4, 4, 2, 3, 3, 3, 4, 2, 4,
        1, 2, 1, 1, 1, 2, 2, 1, 2, 1, 2, 4, 4, 1, 1, 3, 3, 2, 4, 2},
       {20, 34, 33, 29, 27, 24, 6,  23, 22, 39, 10, 37, 2,  13, 30, 28, 26, 25, 18, 8,
        21, 14, 36, 35, 1,  0,  16, 3,  15, 4,  17, 31, 32, 12, 5,  7,  19, 11, 38, 9}},
  };
  for (const Recorded& r : recorded) EXPECT_EQ(size_order(r.sizes), r.order);
}

TEST(SizeOrder, KeepsUpToSixEqualSizesAsDeclared) {
  std::vector<uint64_t> sizes;
  for (uint32_t n = 0; n <= 6; ++n, sizes.push_back(8)) {
    std::vector<uint32_t> expected;
    for (uint32_t i = 0; i < n; ++i) expected.push_back(i);
    EXPECT_EQ(size_order(sizes), expected);
  }
}

TEST(SizeOrder, SortsManySizes) {
  std::vector<uint64_t> sizes;
  for (uint64_t i = 0; i < 5000; ++i) sizes.push_back(i * 7919 % 1237);
  std::vector<uint32_t> order = size_order(sizes);
  for (size_t i = 1; i < order.size(); ++i) EXPECT_LE(sizes[order[i - 1]], sizes[order[i]]);
}

}  // namespace
}  // namespace tinsmith::lower
