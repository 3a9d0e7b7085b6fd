// SPDX-License-Identifier: Apache-2.0
// How launches, reads and writes become command buffers, encoders and barriers.
#include <string>
#include <thread>

#include "runtime/metal/limits.h"
#include "tests/apple/metal/metal_test.h"

namespace tinsmith::runtime {
namespace {

using Stream = MetalTest;
using fake_metal::Hold;

TEST_F(Stream, LaunchesRunInTheOrderOfTheCalls) {
  const auto kernel = saxpy();
  const Array x = array(1000, 1), y = array(1000), z = array(1000);
  for (int i = 0; i < 100; ++i) {
    launch(*kernel, 1, x, y);  // y = i + 1
    launch(*kernel, 2, y, z);  // z += 2 (i + 1)
  }
  expect_all(z, 10100);
}

TEST_F(Stream, ABatchIsOneCommandBufferWithOneEncoderAndItsBindingsAreSetOnce) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  since();
  for (int i = 0; i < 50; ++i) launch(*kernel, static_cast<float>(i), x, y);
  expect_all(y, 1225);
  const auto counted = since();
  EXPECT_EQ(counted.command_buffers, 1u);
  EXPECT_EQ(counted.compute_encoders, 1u);
  EXPECT_EQ(counted.blit_encoders, 0u);
  EXPECT_EQ(counted.dispatches, 50u);
  EXPECT_EQ(counted.set_pipelines, 1u);
  EXPECT_EQ(counted.set_buffers, 3u);  // x, y and the ring
  EXPECT_EQ(counted.set_offsets, 49u);
  EXPECT_EQ(counted.set_bytes, 0u);
  EXPECT_EQ(counted.buffers_made, 0u);
  EXPECT_EQ(counted.waits, 1u);
}

TEST_F(Stream, BarriersStandOnlyWhereTasksConflict) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), a = array(16), b = array(16), c = array(16);
  since();
  launch(*kernel, 1, x, a);
  launch(*kernel, 1, x, b);
  launch(*kernel, 1, x, c);
  ok(device()->submit());
  EXPECT_EQ(since().barriers, 0u);  // they only share what they read
  launch(*kernel, 1, x, a);
  launch(*kernel, 1, a, b);  // reads what was written
  launch(*kernel, 1, x, c);  // conflicts with nothing since the barrier
  launch(*kernel, 1, c, x);  // writes what is read
  ok(device()->submit());
  EXPECT_EQ(since().barriers, 2u);
  EXPECT_EQ(device()->counters().barriers, 2u);
  expect_all(x, 3);
}

TEST_F(Stream, AReadWaitsForTheLastWriterAlone) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), a = array(16), b = array(16);
  Hold hold;
  launch(*kernel, 1, x, a);
  ok(device()->submit());
  launch(*kernel, 1, x, b);
  ok(device()->submit());
  hold.step();
  since();
  expect_all(a, 1);  // the GPU is still held before the second
  expect_all(x, 1);
  EXPECT_EQ(since().waits, 0u);
  hold.step();
  expect_all(b, 1);
}

TEST_F(Stream, AReadSubmitsTheBatchThatItNeeds) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16), z = array(16, 5);
  launch(*kernel, 1, x, y);
  since();
  expect_all(z, 5);
  EXPECT_EQ(since().command_buffers, 0u);
  expect_all(y, 1);
  EXPECT_EQ(since().command_buffers, 1u);
}

TEST_F(Stream, ASmallWriteToABufferInUseJoinsTheStream) {
  const auto kernel = saxpy();
  const Array x = array(1000, 1), y = array(1000);
  Hold hold;
  launch(*kernel, 1, x, y);
  ok(device()->submit());
  since();
  write(x, 10);
  launch(*kernel, 1, x, y);
  write(x, 100);
  launch(*kernel, 1, x, y);
  ok(device()->submit());
  const auto counted = since();
  EXPECT_EQ(counted.waits, 0u);
  EXPECT_EQ(counted.blits, 2u);
  EXPECT_EQ(counted.command_buffers, 1u);
  hold.step();
  hold.step();
  expect_all(y, 111);
}

TEST_F(Stream, AWriteToAnIdleBufferIsACopyByTheHost) {
  const auto kernel = saxpy();
  const Array x = array(1000, 1), y = array(1000);
  launch(*kernel, 1, x, y);
  ok(device()->wait());
  since();
  write(x, 10);
  EXPECT_EQ(since().blits, 0u);
  launch(*kernel, 1, x, y);
  expect_all(y, 11);
}

TEST_F(Stream, ALargeWriteToABufferInUseWaits) {
  constexpr uint32_t kSize = metal::kMostInRing / sizeof(float) + 1;
  const auto kernel = saxpy();
  const Array x = array(kSize, 1), y = array(kSize);
  launch(*kernel, 1, x, y);
  since();
  write(x, 10);
  const auto counted = since();
  EXPECT_EQ(counted.waits, 1u);
  EXPECT_EQ(counted.blits, 0u);
  launch(*kernel, 1, x, y);
  expect_all(y, 11);
}

TEST_F(Stream, APartOfABufferThatMetalCannotCopyIsWrittenByTheHost) {
  const auto kernel = saxpy();
  const Array x = array(2, 1), y = array(2);
  launch(*kernel, 1, x, y);
  const float two = 2;
  const auto bytes = std::as_bytes(std::span(&two, 1));
  ok(x.data->write(2, bytes.subspan(2)));  // the upper half: 1 becomes 2
  launch(*kernel, 1, x, y);
  EXPECT_EQ(read(y), (std::vector<float>{3, 2}));
}

TEST_F(Stream, ClearingKeepsItsPlaceInTheStream) {
  const auto kernel = saxpy();
  const Array x = array(1000, 1), y = array(1000);
  launch(*kernel, 5, x, y);
  ok(y.data->clear());
  launch(*kernel, 1, x, y);
  expect_all(y, 1);
  ok(y.data->clear());  // idle now
  expect_all(y, 0);
}

// Random orders where no barrier forbids them; the same numbers each time.
TEST_F(Stream, AnyOrderBetweenBarriersGivesTheSame) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    fake_metal::Configuration shuffled;
    shuffled.order_seed = seed;
    configure(shuffled);
    const auto gpu = *open();
    const auto kernel = *(*Module::load(gpu, bundled("b_ndarray")))->kernel("saxpy");
    std::vector<Array> arrays;
    for (int i = 0; i < 6; ++i) {
      arrays.push_back({*gpu->new_buffer(64), nullptr, DType::F32, {16}, {}});
      write(arrays.back(), static_cast<float>(i));
    }
    for (size_t i = 0; i < 60; ++i)
      launch(*kernel, 0.5f, arrays[i * 7 % 6], arrays[(i * i + 3) % 6]);
    std::vector<float> firsts;
    for (const Array& each : arrays) firsts.push_back(read(each)[0]);
    std::vector<float> expected = {0, 1, 2, 3, 4, 5};
    for (size_t i = 0; i < 60; ++i) expected[(i * i + 3) % 6] += 0.5f * expected[i * 7 % 6];
    EXPECT_EQ(firsts, expected);
  }
}

TEST_F(Stream, NewBuffersAreZero) {
  expect_all(array(100), 0);
  EXPECT_EQ((*device()->new_buffer(0))->size(), 0u);
}

TEST_F(Stream, TheRingGoesRoundWithoutHarm) {
  // Uploads of half of what the ring takes at once, between launches of a buffer in use.
  constexpr uint32_t kSize = metal::kMostInRing / sizeof(float) / 2;
  const auto kernel = saxpy();
  const Array x = array(kSize), y = array(kSize);
  launch(*kernel, 0, x, y);
  float sum = 0;
  constexpr int kRounds = 3 * metal::kRingBytes / (kSize * sizeof(float));
  for (int i = 0; i < kRounds; ++i) {
    write(x, static_cast<float>(i));
    launch(*kernel, 1, x, y);
    sum += static_cast<float>(i);
  }
  expect_all(y, sum);
}

TEST_F(Stream, ManyLaunchesAreSubmittedInFewCommandBuffers) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  since();
  constexpr uint32_t kLaunches = 2 * metal::kMostDispatches + 1;
  for (uint32_t i = 0; i < kLaunches; ++i) launch(*kernel, 1, x, y);
  expect_all(y, kLaunches);
  const auto counted = since();
  EXPECT_EQ(counted.command_buffers, 3u);
  EXPECT_EQ(counted.compute_encoders, 3u);
}

TEST_F(Stream, AtMostThreeCommandBuffersExistAtOnce) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  {
    Hold hold;
    for (int i = 0; i < 3; ++i) {
      launch(*kernel, 1, x, y);
      ok(device()->submit());
    }
    EXPECT_EQ(fake_metal::counters().in_flight, 3u);
    std::thread gpu([&] { hold.step(); });
    launch(*kernel, 1, x, y);  // returns only when the first of them is finished
    gpu.join();
    EXPECT_EQ(fake_metal::counters().in_flight, 2u);
  }
  for (int i = 0; i < 20; ++i) {
    launch(*kernel, 1, x, y);
    ok(device()->submit());
  }
  expect_all(y, 24);
  EXPECT_EQ(fake_metal::counters().most_in_flight, 3u);
}

TEST_F(Stream, ABufferMayGoWhileTheGpuNeedsIt) {
  const auto kernel = saxpy();
  const Array y = array(1000);
  const uint64_t live = fake_metal::counters().buffers_live;
  Hold hold;
  {
    const Array x = array(1000, 7);
    launch(*kernel, 1, x, y);
  }
  ok(device()->submit());
  EXPECT_EQ(fake_metal::counters().buffers_live, live + 1);
  hold.step();
  EXPECT_EQ(fake_metal::counters().buffers_live, live);
  expect_all(y, 7);
}

TEST_F(Stream, MemoryThatOnlyTheGpuNeedsDoesNotPileUp) {
  constexpr uint32_t kSize = 2 << 20;  // 8 MiB
  const auto kernel = saxpy();
  const Array y = array(kSize);
  const uint64_t live = fake_metal::counters().bytes_live;
  for (int i = 0; i < 20; ++i) {
    launch(*kernel, 1, array(kSize, 1), y);
    EXPECT_LE(fake_metal::counters().bytes_live - live, 80u << 20);
  }
  expect_all(y, 20);
}

TEST_F(Stream, AKernelMayGoWhileTheGpuRunsIt) {
  const Array x = array(16, 1), y = array(16);
  auto kernel = saxpy();
  Hold hold;
  launch(*kernel, 1, x, y);
  ok(device()->submit());
  kernel.reset();
  hold.step();
  expect_all(y, 1);
}

TEST_F(Stream, ADeviceMayGoWithWorkRecordedAndInFlight) {
  const auto run = [&] {
    const auto kernel = saxpy();
    const Array x = array(16, 1), y = array(16);
    launch(*kernel, 1, x, y);
    ok(device()->submit());
    launch(*kernel, 1, x, y);  // never submitted
  };
  run();
}

}  // namespace
}  // namespace tinsmith::runtime
