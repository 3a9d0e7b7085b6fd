// SPDX-License-Identifier: Apache-2.0
#include "runtime/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tinsmith::runtime {
namespace {

TEST(Half, EveryBitPatternSurvivesTheRoundTrip) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const double value = from_half(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(from_half(to_half(value))));
    } else {
      ASSERT_EQ(to_half(value), bits);
    }
  }
}

TEST(Half, KnownValues) {
  EXPECT_EQ(to_half(1.0), 0x3c00);
  EXPECT_EQ(to_half(-2.0), 0xc000);
  EXPECT_EQ(to_half(65504.0), 0x7bff);
  EXPECT_EQ(to_half(0.333251953125), 0x3555);
  EXPECT_EQ(to_half(std::ldexp(1, -24)), 0x0001);
}

TEST(Half, TiesGoToEven) {
  const double last = std::ldexp(1, -10);
  EXPECT_EQ(to_half(1 + last / 2), 0x3c00);
  EXPECT_EQ(to_half(1 + last * 3 / 2), 0x3c02);
  EXPECT_EQ(to_half(1 + last * 0.500001), 0x3c01);
  EXPECT_EQ(to_half(std::ldexp(1, -25)), 0x0000);
  EXPECT_EQ(to_half(std::ldexp(3, -25)), 0x0002);
}

TEST(Half, RoundsIntoTheNextPowerAndIntoInfinity) {
  EXPECT_EQ(to_half(1.9999), 0x4000);
  EXPECT_EQ(to_half(65519.9), 0x7bff);
  EXPECT_EQ(to_half(65520.0), 0x7c00);
  EXPECT_EQ(to_half(-1e30), 0xfc00);
}

}  // namespace
}  // namespace tinsmith::runtime
