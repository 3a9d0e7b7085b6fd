// SPDX-License-Identifier: Apache-2.0
#include "cpu/pool.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace tinsmith::cpu {
namespace {

TEST(Pool, CallsEveryPartOnce) {
  Pool pool(4);
  for (uint32_t parts : {0u, 1u, 2u, 3u, 4u, 5u, 64u, 1000u}) {
    std::vector<std::atomic<int>> calls(parts);
    pool.run(parts, [&](uint32_t part) { ++calls[part]; });
    for (uint32_t part = 0; part < parts; ++part) EXPECT_EQ(calls[part], 1) << part;
  }
}

// What one job writes, plainly and without atomics, the caller and the next job read.
TEST(Pool, AJobSeesWhatTheOneBeforeWrote) {
  Pool pool(3);
  constexpr uint32_t kParts = 7;
  std::array<uint32_t, kParts> here{}, there{};
  for (uint32_t round = 1; round <= 2000; ++round) {
    pool.run(kParts, [&](uint32_t part) { there[part] = here[(part + 1) % kParts] + 1; });
    ASSERT_EQ(there,
              (std::array<uint32_t, kParts>{round, round, round, round, round, round, round}));
    here = there;
  }
}

TEST(Pool, WorkersThatSleptTakePartAgain) {
  Pool pool(2);
  for (int round = 0; round < 5; ++round) {
    std::array<std::thread::id, 2> ids;
    std::atomic<int> arrived{0};
    // Each part waits for the other, so two threads are needed.
    pool.run(2, [&](uint32_t part) {
      ids[part] = std::this_thread::get_id();
      ++arrived;
      while (arrived < 2) std::this_thread::yield();
    });
    EXPECT_NE(ids[0], ids[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // longer than they spin
  }
}

TEST(Pool, OneThreadWorksInOrderOnTheCaller) {
  Pool pool(1);
  std::vector<uint32_t> order;
  const auto caller = std::this_thread::get_id();
  pool.run(5, [&](uint32_t part) {
    order.push_back(part);
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
  EXPECT_EQ(order, (std::vector<uint32_t>{0, 1, 2, 3, 4}));
}

TEST(Pool, EndsWithoutEverHavingWorked) { Pool pool(8); }

}  // namespace
}  // namespace tinsmith::cpu
