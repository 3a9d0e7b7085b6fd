// SPDX-License-Identifier: Apache-2.0
// Completion, errors of the GPU, and the pause of an app that leaves the screen.
#include <future>

#include "tests/apple/metal/metal_test.h"

namespace tinsmith::runtime {
namespace {

using fake_metal::Hold;

constexpr int kTimeout = 2, kPageFault = 3;  // of MTLCommandBufferError

class MetalCompletion : public MetalTest {
 protected:
  struct Told {
    std::string failure;
    double seconds = 0;
  };
  // Submits, and gives what its completion will say.
  std::future<Told> submit() {
    auto promise = std::make_shared<std::promise<Told>>();
    auto told = promise->get_future();
    ok(device()->submit([promise](const Completion& completion) {
      promise->set_value({completion.failure == nullptr ? "" : completion.failure->what,
                          completion.device_seconds});
    }));
    return told;
  }
  static bool is_told(const std::future<Told>& told) {
    return told.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
};

TEST_F(MetalCompletion, TellsWhenEverythingRecordedIsFinished) {
  const auto kernel = saxpy();
  const Array x = array(1000, 1), y = array(1000);
  Hold hold;
  launch(*kernel, 1, x, y);
  auto first = submit();
  launch(*kernel, 1, x, y);
  auto second = submit();
  EXPECT_FALSE(is_told(first));
  hold.step();
  EXPECT_TRUE(is_told(first));
  EXPECT_FALSE(is_told(second));
  hold.step();
  EXPECT_GT(first.get().seconds, 0);
  EXPECT_EQ(second.get().failure, "");
}

TEST_F(MetalCompletion, IsToldAtOnceWhereNothingIsInFlight) {
  EXPECT_TRUE(is_told(submit()));
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  launch(*kernel, 1, x, y);
  expect_all(y, 1);
  auto told = submit();
  ASSERT_TRUE(is_told(told));
  EXPECT_GT(told.get().seconds, 0);  // of what was submitted by the read
  EXPECT_EQ(submit().get().seconds, 0);
}

TEST_F(MetalCompletion, WhatWasSubmittedWithoutOneCountsForTheNext) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  Hold hold;
  launch(*kernel, 1, x, y);
  ok(device()->submit());
  auto told = submit();  // nothing new
  EXPECT_FALSE(is_told(told));
  hold.step();
  EXPECT_TRUE(is_told(told));
}

TEST_F(MetalCompletion, AFailureIsToldWithMetalsTextAndKernelAndAdvice) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  fake_metal::fail_next_command_buffer(kTimeout, "Caused GPU Timeout Error");
  launch(*kernel, 1, x, y);
  const std::string told = submit().get().failure;
  EXPECT_TRUE(says(told, "'saxpy'"));
  EXPECT_TRUE(says(told, "Caused GPU Timeout Error (MTLCommandBufferErrorDomain 2)"));
  EXPECT_TRUE(says(told, "compute faulted"));
  EXPECT_TRUE(says(told, "submit() more often"));
}

TEST_F(MetalCompletion, WhatAFailureSpoiltCannotBeReadUntilItIsWrittenAnew) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16), z = array(16, 3);
  fake_metal::fail_next_command_buffer(kTimeout, "Caused GPU Timeout Error");
  launch(*kernel, 1, x, y);
  launch(*kernel, 1, x, z);
  const std::string told = submit().get().failure;
  EXPECT_NE(told, "");
  ok(device()->wait());  // somebody has heard
  expect_all(x, 1);      // it wrote nothing here
  std::vector<std::byte> bytes(64);
  EXPECT_EQ(what(y.data->read(0, bytes)), told);
  EXPECT_EQ(what(y.data->read(0, bytes)), told);
  ok(y.data->clear());
  expect_all(y, 0);
  launch(*kernel, 1, x, z);
  expect_all(z, 4);  // what the kernel made of the contents: to restore them is the host's
}

TEST_F(MetalCompletion, AFailureThatNobodyWaitedForIsToldByTheNextRead) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16), z = array(16);
  fake_metal::fail_next_command_buffer(kTimeout, "Caused GPU Timeout Error");
  launch(*kernel, 1, x, y);
  ok(device()->submit());
  for (int i = 0; i < 5; ++i) {
    launch(*kernel, 1, x, z);
    ok(device()->submit());
  }
  std::vector<std::byte> bytes(64);
  EXPECT_TRUE(says(what(z.data->read(0, bytes)), "Caused GPU Timeout Error"));
}

TEST_F(MetalCompletion, TheDeviceIsOfUseAfterAFailure) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  fake_metal::fail_next_command_buffer(kPageFault, "Caused GPU Address Fault Error");
  launch(*kernel, 1, x, y);
  EXPECT_TRUE(says(what(device()->wait()), "debug switch 'bounds'"));
  launch(*kernel, 2, x, y);
  EXPECT_EQ(submit().get().failure, "");
  expect_all(y, 2);
}

TEST_F(MetalCompletion, WorkInTheBackgroundFailsWithTheAdviceToPause) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  fake_metal::set_background(true);
  launch(*kernel, 1, x, y);
  EXPECT_TRUE(says(what(device()->wait()), "call pause()"));
  fake_metal::set_background(false);
}

TEST_F(MetalCompletion, PausingFinishesWhatIsRecordedAndRefusesMore) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  launch(*kernel, 1, x, y);
  auto told = submit();
  launch(*kernel, 1, x, y);
  ok(device()->pause());
  EXPECT_TRUE(is_told(told));
  EXPECT_TRUE(device()->paused());
  EXPECT_EQ(fake_metal::counters().in_flight, 0u);
  fake_metal::set_background(true);
  const Argument arguments[] = {Argument::of(1.0f), Argument::of(x), Argument::of(y)};
  EXPECT_TRUE(says(what(kernel->launch(arguments)), "the device is paused"));
  // Memory is the app's all the time.
  expect_all(y, 2);
  write(x, 10);
  ok(y.data->clear());
  const Array z = array(16, 3);
  EXPECT_TRUE(is_told(submit()));
  ok(device()->wait());
  fake_metal::set_background(false);
  ok(device()->resume());
  EXPECT_FALSE(device()->paused());
  launch(*kernel, 1, x, y);
  expect_all(y, 10);
}

TEST_F(MetalCompletion, APauseThatComesTooLateSaysSoAndIsOne) {
  const auto kernel = saxpy();
  const Array x = array(16, 1), y = array(16);
  launch(*kernel, 1, x, y);
  fake_metal::set_background(true);
  EXPECT_TRUE(says(what(device()->pause()), "call pause()"));
  EXPECT_TRUE(device()->paused());
  fake_metal::set_background(false);
}

}  // namespace
}  // namespace tinsmith::runtime
