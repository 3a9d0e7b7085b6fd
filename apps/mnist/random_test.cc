// SPDX-License-Identifier: Apache-2.0
#include "apps/mnist/random.h"

#include <gtest/gtest.h>

namespace mnist {
namespace {

// The same numbers stand in apple/Tests/MNISTKitTests/SplitMix64Tests.swift.
TEST(MnistRandom, DrawsTheNumbersThatSwiftDraws) {
  SplitMix64 bits(stream_of(1, 0));
  EXPECT_EQ(bits.next(), 0xc42c5a1aa3820138u);
  EXPECT_EQ(bits.next(), 0x37ad5fdd5756bd3du);
  SplitMix64 floats(stream_of(1, 0));
  EXPECT_EQ(floats.symmetric(), 0x1.10b168p-1f);
  EXPECT_EQ(floats.symmetric(), -0x1.214a84p-1f);
  EXPECT_EQ(floats.symmetric(), 0x1.7abcb8p-2f);
  EXPECT_EQ(shuffled(10, stream_of(7, 2)), (std::vector{9, 1, 3, 8, 7, 2, 4, 6, 0, 5}));
}

}  // namespace
}  // namespace mnist
