// SPDX-License-Identifier: Apache-2.0
// Submission with a completion: called once, in order, when the work is done, from another thread.
// The validation layer is on.
#include <gtest/gtest.h>

#include <cmath>
#include <future>
#include <mutex>

#include "package/testing.h"
#include "runtime/vulkan/device.h"

namespace tinsmith::runtime {
namespace {

using package::testing::genuine;

class Completions : public testing::Test {
 protected:
  void SetUp() override {
    DeviceOptions options;
    options.validation = true;
    auto opened = vulkan::VulkanDevice::open(options, vulkan::Sharing::AsDevice);
    ASSERT_TRUE(opened) << opened.failure().what;
    device_ = *opened;
    module_ = *Module::load(device_, genuine("b_ndarray"));
    saxpy_ = *module_->kernel("saxpy");
  }

  static void ok(const Result<>& result) { ASSERT_TRUE(result) << result.failure().what; }

  Array ones(uint32_t size) {
    const std::vector<float> values(size, 1);
    Array array{*device_->new_buffer(size * sizeof(float)), nullptr, DType::F32, {size}, {}};
    ok(array.data->write(0, std::as_bytes(std::span(values))));
    return array;
  }

  void launch(const Array& x, const Array& y) {
    const Argument arguments[] = {Argument::of(1.0), Argument::of(x), Argument::of(y)};
    ok(saxpy_->launch(arguments));
  }

  std::shared_ptr<Device> device_;
  std::shared_ptr<Module> module_;
  std::shared_ptr<Kernel> saxpy_;
};

TEST_F(Completions, TellTheTimeThatTheDeviceWorked) {
  const Array x = ones(1 << 20), y = ones(1 << 20);
  ok(device_->wait());
  std::promise<double> seconds;
  for (int i = 0; i < 20; ++i) launch(x, y);
  ok(device_->submit([&](const Completion& completion) {
    seconds.set_value(completion.failure == nullptr ? completion.device_seconds : -1);
  }));
  const double worked = seconds.get_future().get();
  EXPECT_GT(worked, 1e-4);  // 20 times 12 MiB of memory traffic
  EXPECT_LT(worked, 60);
  // The next one counts from there: of nothing it is nothing.
  std::promise<double> idle;
  ok(device_->submit(
      [&](const Completion& completion) { idle.set_value(completion.device_seconds); }));
  EXPECT_LE(idle.get_future().get(), worked);
}

TEST_F(Completions, ComeInOrderOnceEachAndAfterTheirWork) {
  const Array x = ones(64), y = ones(64);
  std::mutex mutex;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    launch(x, y);
    ok(device_->submit([&, i](const Completion& completion) {
      const std::lock_guard lock(mutex);
      EXPECT_EQ(completion.failure, nullptr);
      order.push_back(i);
    }));
  }
  std::promise<void> last;
  ok(device_->submit([&](const Completion&) { last.set_value(); }));
  last.get_future().wait();
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  float first = 0;
  ok(y.data->read(0, std::as_writable_bytes(std::span(&first, 1))));
  EXPECT_EQ(first, 101);
}

TEST_F(Completions, AreAllCalledBeforeTheDeviceIsGone) {
  int called = 0;
  {
    const Array x = ones(1 << 16), y = ones(1 << 16);
    for (int i = 0; i < 10; ++i) {
      launch(x, y);
      ok(device_->submit([&](const Completion&) { ++called; }));
    }
  }
  saxpy_.reset();
  module_.reset();
  device_.reset();
  EXPECT_EQ(called, 10);
}

}  // namespace
}  // namespace tinsmith::runtime
