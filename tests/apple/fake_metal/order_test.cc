// SPDX-License-Identifier: Apache-2.0
#include "order.h"

#include <gtest/gtest.h>

namespace fake_metal {
namespace {

const int kA = 0, kB = 0, kC = 0;  // resources are addresses

Use reads(const int& resource) { return {&resource, false, "a reader"}; }
Use writes(const int& resource) { return {&resource, true, "a writer"}; }
using Numbers = std::vector<size_t>;

TEST(FakeMetalOrder, RunsWhatNoBarrierOrdersLastFirst) {
  Order order(0);
  EXPECT_FALSE(order.add(std::array{reads(kA), writes(kB)}));
  EXPECT_FALSE(order.add(std::array{reads(kA), writes(kC)}));
  order.barrier();
  EXPECT_FALSE(order.add(std::array{reads(kC)}));
  EXPECT_FALSE(order.add(std::array{reads(kC)}));
  EXPECT_EQ(order.finish(), (Numbers{1, 0, 3, 2}));
}

TEST(FakeMetalOrder, FindsConflictsWithNoBarrierBetween) {
  Order order(0);
  EXPECT_FALSE(order.add(std::array{reads(kA), writes(kB)}));
  EXPECT_EQ(order.add(std::array{reads(kB)}).value_or(""),
            "a reader is read and a writer is written, the same buffer, with no barrier between "
            "the dispatches");
  EXPECT_TRUE(order.add(std::array{writes(kA)}));
  EXPECT_TRUE(order.add(std::array{writes(kB)}));
  order.barrier();
  EXPECT_FALSE(order.add(std::array{reads(kA), reads(kB)}));
  EXPECT_FALSE(order.add(std::array{reads(kA), writes(kC)}));
}

TEST(FakeMetalOrder, ACommandMayReadWhatItWrites) {
  Order order(0);
  EXPECT_FALSE(order.add(std::array{reads(kA), writes(kA)}));
}

TEST(FakeMetalOrder, BarriersOfResourcesOrderTheirUsersAlone) {
  Order order(0);
  EXPECT_FALSE(order.add(std::array{writes(kA)}));
  EXPECT_FALSE(order.add(std::array{writes(kB)}));
  order.barrier(std::array{static_cast<const void*>(&kA)});
  EXPECT_TRUE(order.add(std::array{reads(kB)})) << "B has no barrier";
  EXPECT_FALSE(order.add(std::array{reads(kA)}));
  order.barrier(std::array{static_cast<const void*>(&kC)});
  order.barrier(std::array{static_cast<const void*>(&kA)});
  EXPECT_FALSE(order.add(std::array{writes(kA)}));
  // 4 waits for 3, which waits for 0; 2 and 1 are free.
  EXPECT_EQ(order.finish(), (Numbers{2, 1, 0, 3, 4}));
}

TEST(FakeMetalOrder, SeedsGiveOtherOrdersThatKeepTheBarriers) {
  std::vector<Numbers> seen;
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    Order order(seed);
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(order.add(std::array{reads(kA)}));
    order.barrier();
    EXPECT_FALSE(order.add(std::array{writes(kA)}));
    seen.push_back(order.finish());
    EXPECT_EQ(seen.back().back(), 4u);
  }
  EXPECT_NE(std::count(seen.begin(), seen.end(), seen[0]), 8);
}

}  // namespace
}  // namespace fake_metal
