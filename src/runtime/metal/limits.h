// SPDX-License-Identifier: Apache-2.0
// What bounds a batch of commands, and the ring that their arguments lie in.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tinsmith::runtime::metal {

constexpr size_t kRingBytes = 4 << 20;
constexpr size_t kMostInRing = kRingBytes / 8;       // of one reservation
constexpr size_t kMostRingOfBatch = kRingBytes / 4;  // a batch that has taken so much is submitted
// A batch must last long enough to be worth its submission and short enough for the system to draw
// the screen in between, and for its watchdog, which ends what takes seconds. MNIST's 50 steps are
// some 1300 dispatches of 50 million threads in all.
constexpr uint32_t kMostDispatches = 4096;
constexpr uint64_t kMostThreads = uint64_t{1} << 29;

constexpr uint32_t kMostBuffers = 31;  // Metal's buffer indices are 0..30

}  // namespace tinsmith::runtime::metal
