// SPDX-License-Identifier: Apache-2.0
// Base of tests over the fake Metal: each begins with a fresh one and must leave nothing alive.
#pragma once
#include <gtest/gtest.h>

#include "fake_metal.h"

namespace fake_metal {

class Test : public testing::Test {
 protected:
  explicit Test(const Configuration& configuration = {}) { configure(configuration); }
  void TearDown() override { EXPECT_EQ(leaks(), "") << "objects outlive the test"; }
};

}  // namespace fake_metal
