// SPDX-License-Identifier: Apache-2.0
// Much work at once: long streams, the ring of arguments going round, buffers dropped in flight,
// large loops, several modules. The validation layer is on; it would tell of memory freed too
// early.
#include <gtest/gtest.h>

#include "package/testing.h"
#include "runtime/vulkan/device.h"

namespace tinsmith::runtime {
namespace {

using package::testing::genuine;
using vulkan::Sharing;

class Stress : public testing::TestWithParam<Sharing> {
 protected:
  void SetUp() override {
    DeviceOptions options;
    options.validation = true;
    auto opened = vulkan::VulkanDevice::open(options, GetParam());
    ASSERT_TRUE(opened) << opened.failure().what;
    device_ = *opened;
  }

  static void ok(const Result<>& result) { ASSERT_TRUE(result) << result.failure().what; }

  std::shared_ptr<Module> load(const package::Package& package) {
    auto module = Module::load(device_, package);
    EXPECT_TRUE(module) << module.failure().what;
    return *module;
  }

  // y += a * x of the case b_ndarray. It keeps its module's memory alive by itself.
  std::shared_ptr<Kernel> saxpy() { return *load(genuine("b_ndarray"))->kernel("saxpy"); }

  Array array(uint32_t size, float value) {
    Array made{*device_->new_buffer(size * sizeof(float)), nullptr, DType::F32, {size}, {}};
    write(made, value);
    return made;
  }

  static void write(const Array& array, float value) {
    const std::vector<float> values(array.shape[0], value);
    ok(array.data->write(0, std::as_bytes(std::span(values))));
  }

  static std::vector<float> read(const Array& array) {
    std::vector<float> values(array.shape[0]);
    ok(array.data->read(0, std::as_writable_bytes(std::span(values))));
    return values;
  }

  static void expect_all(const Array& array, float value) {
    for (const float actual : read(array)) ASSERT_EQ(actual, value);
  }

  vulkan::Batches& batches() const {
    return static_cast<vulkan::VulkanDevice&>(*device_).batches();
  }

  static void launch(Kernel& kernel, float a, const Array& x, const Array& y) {
    const Argument arguments[] = {Argument::of(a), Argument::of(x), Argument::of(y)};
    ok(kernel.launch(arguments));
  }

  std::shared_ptr<Device> device_;
};

TEST_P(Stress, TenThousandLaunchesAreReadOnceAndSubmittedRarely) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16, 0);
  const auto before = device_->counters();
  float sum = 0;
  for (int i = 0; i < 10000; ++i) {
    launch(*kernel, static_cast<float>(i % 7), x, y);
    sum += static_cast<float>(i % 7);
  }
  EXPECT_LT(device_->counters().submissions - before.submissions, 25u);
  expect_all(y, sum);
  EXPECT_EQ(device_->counters().dispatches - before.dispatches, 10000u);
  EXPECT_LT(device_->counters().waits - before.waits, 25u);
}

TEST_P(Stress, WritesBetweenLaunchesKeepTheirPlaceInTheStream) {
  constexpr uint32_t kSize = 1 << 17;  // half a megabyte: the ring goes round several times
  const auto kernel = saxpy();
  const Array x = array(kSize, 0), y = array(kSize, 0);
  ok(device_->wait());
  const uint64_t waits = device_->counters().waits;
  write(x, 0);
  launch(*kernel, 1, x, y);
  write(x, 1);
  launch(*kernel, 0, x, y);
  EXPECT_EQ(device_->counters().waits, waits);  // a write waits for nothing while there is room
  float sum = 0;
  for (int i = 0; i < 50; ++i) {
    write(x, static_cast<float>(i));
    launch(*kernel, 1, x, y);
    sum += static_cast<float>(i);
  }
  expect_all(y, sum);
}

TEST_P(Stress, ElementsWrittenOneByOneAfterALaunchArrive) {
  const auto kernel = saxpy();
  const Array x = array(1000, 1), y = array(1000, 0);
  for (int round = 0; round < 3; ++round) {
    launch(*kernel, 1, x, y);
    const auto submissions = device_->counters().submissions;
    for (uint32_t i = 0; i < 1000; ++i) {
      const float value = static_cast<float>(round + 2);
      ok(x.data->write(i * sizeof(float), std::as_bytes(std::span(&value, 1))));
    }
    if (GetParam() == Sharing::AsDevice) {
      EXPECT_LE(device_->counters().submissions, submissions + 1);
    }
  }
  expect_all(y, 1 + 2 + 3);
  expect_all(x, 4);
}

TEST_P(Stress, WritesLargerThanTheRingArrive) {
  constexpr uint32_t kSize = 3 << 20;  // 12 MiB
  const auto kernel = saxpy();
  const Array x = array(kSize, 1), y = array(kSize, 2);
  launch(*kernel, 3, x, y);
  write(x, 10);
  launch(*kernel, 1, x, y);
  ok(x.data->clear());
  launch(*kernel, 1, x, y);
  expect_all(x, 0);
  expect_all(y, 15);
}

TEST_P(Stress, BuffersDroppedInFlightLiveUntilTheyAreDone) {
  const auto kernel = saxpy();
  const Array y = array(1024, 0);
  float sum = 0;
  for (int i = 0; i < 500; ++i) {
    const Array x = array(1024, static_cast<float>(i % 3));
    launch(*kernel, 2, x, y);
    sum += 2 * static_cast<float>(i % 3);
  }
  expect_all(y, sum);
}

TEST_P(Stress, LargeBuffersDroppedInFlightDoNotPileUp) {
  const auto kernel = saxpy();
  const Array y = array(8, 0);
  for (int i = 0; i < 40; ++i) {
    Array x = y;
    x.data = *device_->new_buffer(16 << 20);
    launch(*kernel, 1, x, y);
  }
  // Of 640 MiB at most 256, and the last to be dropped, wait to be freed at any time.
  const size_t most = batches().most_bytes_to_free();
  EXPECT_GE(most, size_t{16 << 20});
  EXPECT_LE(most, size_t{272 << 20});
  expect_all(y, 0);
}

TEST_P(Stress, ManyCombinationsOfBuffersTakeTurns) {
  const auto kernel = saxpy();
  std::vector<Array> arrays;
  for (int i = 0; i < 100; ++i) arrays.push_back(array(8, 1));
  const Array y = array(8, 0);
  for (int round = 0; round < 4; ++round)
    for (const Array& x : arrays) launch(*kernel, 1, x, y);
  expect_all(y, 400);
}

TEST_P(Stress, BarriersStandOnlyWhereTasksConflict) {
  const auto kernel = saxpy();
  const Array x = array(8, 1);
  std::vector<Array> results;
  for (int i = 0; i < 20; ++i) results.push_back(array(8, 0));
  const auto barriers = [&] { return device_->counters().barriers; };
  launch(*kernel, 1, x, results.back());  // where arrays are made by copies, a barrier after them
  results.pop_back();
  const uint64_t before = barriers();
  for (const Array& y : results) launch(*kernel, 1, x, y);
  EXPECT_EQ(barriers(), before);
  const uint64_t independent = barriers();
  launch(*kernel, 1, x, results[0]);  // after a write of the same array
  EXPECT_EQ(barriers(), independent + 1);
  launch(*kernel, 1, x, results[1]);  // the barrier was for this one too
  EXPECT_EQ(barriers(), independent + 1);
  launch(*kernel, 1, results[1], results[2]);
  EXPECT_EQ(barriers(), independent + 2);
  launch(*kernel, 1, results[3], x);
  EXPECT_EQ(barriers(), independent + 2);
  launch(*kernel, 1, results[4], results[3]);  // write after read
  EXPECT_EQ(barriers(), independent + 3);
  expect_all(results[2], 3);
  expect_all(x, 2);
}

TEST_P(Stress, OneArrayAsTwoArguments) {
  const auto kernel = saxpy();
  const Array x = array(8, 1);
  for (int i = 0; i < 5; ++i) launch(*kernel, 1, x, x);
  expect_all(x, 32);
}

TEST_P(Stress, LoopsBeyondTheGroupsOfADeviceStride) {
  auto package = genuine("b_ndarray");
  constexpr uint32_t kSize = 65535 * 128 + 1000;
  for (package::Kernel& kernel : package.kernels)
    if (kernel.name == "saxpy") kernel.tasks[0].threads = kSize;
  const auto kernel = *load(package)->kernel("saxpy");
  const Array x = array(kSize, 1), y = array(kSize, 1);
  launch(*kernel, 2, x, y);
  expect_all(y, 3);
}

TEST_P(Stress, ModulesHaveMemoryOfTheirOwn) {
  const auto package = genuine("a_square_grad");
  const auto first = load(package), second = load(package);
  const Argument ramp[] = {Argument::of(1.0), Argument::of(1.0)};
  ok((*first->kernel("fill_ramp"))->launch(ramp));
  ok((*first->kernel("square_sum"))->launch({}));
  ok((*second->kernel("square_sum"))->launch({}));
  float loss = -1;
  const auto bytes = std::as_writable_bytes(std::span(&loss, 1));
  ok(second->field("loss")->read(bytes));
  EXPECT_EQ(loss, 0);
  ok(first->field("loss")->read(bytes));
  EXPECT_GT(loss, 0);
}

TEST_P(Stress, KernelsDroppedInFlightAreDone) {
  const Array x = array(8, 1), y = array(8, 0);
  for (int i = 0; i < 3; ++i) launch(*saxpy(), 1, x, y);
  expect_all(y, 3);
}

TEST_P(Stress, TheSeedChoosesTheSequence) {
  const auto module = load(genuine("f_random"));
  const auto draw = [&](uint32_t seed) {
    ok(module->seed(seed));
    ok((*module->kernel("draw"))->launch({}));
    std::vector<uint32_t> bits(8);
    ok(module->field("bits")->read(std::as_writable_bytes(std::span(bits))));
    return bits;
  };
  const auto zero = draw(0), one = draw(1);
  EXPECT_NE(zero, one);
  EXPECT_EQ(zero, draw(0));
  EXPECT_EQ(zero[0], 3358440573u);
}

INSTANTIATE_TEST_SUITE_P(Vulkan, Stress, testing::Values(Sharing::AsDevice, Sharing::Never),
                         [](const auto& test) {
                           return test.param == Sharing::AsDevice ? "Shared" : "Copied";
                         });

}  // namespace
}  // namespace tinsmith::runtime
