// SPDX-License-Identifier: Apache-2.0
// Any sequence of launches, writes, reads, submissions and buffers that come and go gives what the
// same sequence on the host gives. The fake stops the program at every rule that is broken on the
// way; its GPU runs in orders as unkind as the barriers allow.
#include <algorithm>
#include <atomic>
#include <random>

#include "tests/apple/metal/metal_test.h"

namespace tinsmith::runtime {
namespace {

constexpr size_t kArrays = 5;
constexpr uint32_t kSize = 8;

class MetalRandom : public MetalTest, public testing::WithParamInterface<uint32_t> {
 protected:
  struct Mirrored {
    Array array;
    std::vector<float> values;  // what must be in it
  };

  size_t pick(size_t most) { return random_() % most; }
  Mirrored fresh() { return {array(kSize), std::vector<float>(kSize, 0)}; }
  Mirrored& any() { return arrays_[pick(kArrays)]; }

  void launch_one(Kernel& kernel) {
    Mirrored &x = any(), &y = any();
    const auto a = static_cast<float>(pick(3)) - 1;  // exact in floats for long
    launch(kernel, a, x.array, y.array);
    for (uint32_t i = 0; i < kSize; ++i) y.values[i] += a * x.values[i];
  }
  void write_some() {
    Mirrored& into = any();
    const size_t first = pick(kSize), count = 1 + pick(kSize - first);
    std::vector<float> values(count, static_cast<float>(pick(5)));
    std::ranges::copy(values, into.values.begin() + static_cast<ptrdiff_t>(first));
    ok(into.array.data->write(first * sizeof(float), std::as_bytes(std::span(values))));
  }
  void read_some() {
    const Mirrored& from = any();
    const size_t first = pick(kSize), count = 1 + pick(kSize - first);
    std::vector<float> values(count);
    ok(from.array.data->read(first * sizeof(float), std::as_writable_bytes(std::span(values))));
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(values[i], from.values[first + i]);
  }
  void clear_one() {
    Mirrored& cleared = any();
    std::ranges::fill(cleared.values, 0.0f);
    ok(cleared.array.data->clear());
  }
  void submit() {
    ++asked_;
    ok(device()->submit([this](const Completion& completion) {
      EXPECT_EQ(completion.failure, nullptr);
      ++told_;
    }));
  }

  void step(Kernel& kernel) {
    const size_t what = pick(100);
    if (what < 70) return launch_one(kernel);
    if (what < 80) return write_some();
    if (what < 85) return read_some();
    if (what < 88) return clear_one();
    if (what < 92) return submit();
    if (what < 95) {
      any() = fresh();
      return;
    }
    if (what < 97) return ok(device()->submit());
    if (what < 98) return ok(device()->wait());
    // Numbers stay small enough to be exact.
    for (Mirrored& each : arrays_) {
      std::ranges::fill(each.values, 1.0f);
      write(each.array, 1);
    }
  }

  std::minstd_rand random_{GetParam()};
  std::vector<Mirrored> arrays_;
  std::atomic<int> told_ = 0;
  int asked_ = 0;
};

TEST_P(MetalRandom, SequencesGiveWhatTheHostGives) {
  fake_metal::Configuration shuffled;
  shuffled.order_seed = GetParam() % 4;  // 0: last first
  configure(shuffled);
  const auto kernel = saxpy();
  for (size_t i = 0; i < kArrays; ++i) arrays_.push_back(fresh());
  for (int i = 0; i < 1500 && !HasFatalFailure(); ++i) step(*kernel);
  ok(device()->wait());
  EXPECT_EQ(told_, asked_);
  for (const Mirrored& each : arrays_) EXPECT_EQ(read(each.array), each.values);
  arrays_.clear();
}

INSTANTIATE_TEST_SUITE_P(Seeds, MetalRandom, testing::Range(1u, 9u));

}  // namespace
}  // namespace tinsmith::runtime
