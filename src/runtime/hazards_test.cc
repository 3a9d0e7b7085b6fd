// SPDX-License-Identifier: Apache-2.0
#include "runtime/hazards.h"

#include <gtest/gtest.h>

#include <array>

namespace tinsmith::runtime {
namespace {

Use reading(Usage& usage) { return {&usage, true, false}; }
Use writing(Usage& usage) { return {&usage, false, true}; }

bool order(Hazards& hazards, std::initializer_list<Use> uses, uint64_t batch = 1) {
  return hazards.order({uses.begin(), uses.size()}, batch);
}

TEST(Hazards, ReadersOfOneBufferGoTogether) {
  Hazards hazards;
  Usage a;
  EXPECT_FALSE(order(hazards, {reading(a)}));
  EXPECT_FALSE(order(hazards, {reading(a)}));
}

TEST(Hazards, AReaderWaitsForTheWriterAndAWriterForBoth) {
  Hazards hazards;
  Usage a;
  EXPECT_FALSE(order(hazards, {writing(a)}));
  EXPECT_TRUE(order(hazards, {reading(a)}));
  EXPECT_TRUE(order(hazards, {writing(a)}));
  EXPECT_TRUE(order(hazards, {writing(a)}));
}

TEST(Hazards, ABarrierCountsForEverythingBeforeIt) {
  Hazards hazards;
  Usage a, b;
  EXPECT_FALSE(order(hazards, {writing(a)}));
  EXPECT_FALSE(order(hazards, {writing(b)}));
  EXPECT_TRUE(order(hazards, {reading(a)}));
  EXPECT_FALSE(order(hazards, {reading(b)}));
}

TEST(Hazards, ACommandDoesNotWaitForItself) {
  Hazards hazards;
  Usage a;
  EXPECT_FALSE(order(hazards, {reading(a), writing(a)}));
  EXPECT_TRUE(order(hazards, {reading(a), writing(a)}));
}

TEST(Hazards, WhatIsBoundButNeverTouchedConflictsWithNothing) {
  Hazards hazards;
  Usage a;
  EXPECT_FALSE(order(hazards, {writing(a)}));
  EXPECT_FALSE(order(hazards, {Use{&a, false, false}}));
  EXPECT_EQ(a.read_batch, 0u);
}

TEST(Hazards, NothingConflictsAcrossABeginningEpoch) {
  Hazards hazards;
  Usage a;
  EXPECT_FALSE(order(hazards, {writing(a)}));
  hazards.begin_epoch();
  EXPECT_FALSE(order(hazards, {reading(a)}));
}

TEST(Hazards, TheLastBatchIsThatOfTheLastReaderOrWriter) {
  Hazards hazards;
  Usage a;
  order(hazards, {writing(a)}, 3);
  order(hazards, {reading(a)}, 5);
  EXPECT_EQ(a.write_batch, 3u);
  EXPECT_EQ(a.last_batch(), 5u);
}

}  // namespace
}  // namespace tinsmith::runtime
