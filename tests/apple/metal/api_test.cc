// SPDX-License-Identifier: Apache-2.0
// The C API over the Metal device: what an app calls on a phone.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "api/include/tinsmith.h"
#include "fake_metal_test.h"
#include "package/testing.h"
#include "tests/apple/metal/bundles.h"

namespace tinsmith::runtime {
namespace {

class MetalApi : public fake_metal::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(tin_device_open(nullptr, nullptr, &device_), TIN_OK) << tin_last_error();
  }
  void TearDown() override {
    tin_array_close(x_);
    tin_array_close(y_);
    tin_module_close(module_);
    tin_device_close(device_);
    fake_metal::Test::TearDown();
  }

  tin_status load(const char* system) {
    const auto files = bundle_files(package::testing::genuine("b_ndarray"), system);
    std::vector<tin_file> given;
    for (const NamedFile& file : files)
      given.push_back({file.name.c_str(), file.bytes.data(), file.bytes.size()});
    tin_package* package = nullptr;
    EXPECT_EQ(tin_package_open_files("case", given.data(), given.size(), &package), TIN_OK)
        << tin_last_error();
    const tin_status status = tin_module_load(device_, package, &module_);
    tin_package_close(package);
    return status;
  }
  // Arrays of 16 numbers: x all 1, y all 0.
  void make_arrays() {
    constexpr uint32_t kSize = 16;
    const std::vector<float> ones(kSize, 1);
    ASSERT_EQ(tin_array_create(device_, TIN_F32, &kSize, 1, nullptr, 0, &x_), TIN_OK);
    ASSERT_EQ(tin_array_create(device_, TIN_F32, &kSize, 1, nullptr, 0, &y_), TIN_OK);
    ASSERT_EQ(tin_array_write(x_, 0, ones.data(), 64), TIN_OK);
  }
  // y += a * x
  tin_status saxpy(double a) {
    std::array<tin_argument, 3> arguments{};
    arguments[0].kind = TIN_REAL;
    arguments[0].real = a;
    arguments[1].kind = arguments[2].kind = TIN_ARRAY;
    arguments[1].array = x_;
    arguments[2].array = y_;
    return tin_kernel_launch(tin_module_kernel(module_, "saxpy"), arguments.data(), 3);
  }
  float first() {
    float value = NAN;
    EXPECT_EQ(tin_array_read(y_, 0, &value, sizeof value), TIN_OK) << tin_last_error();
    return value;
  }
  static testing::AssertionResult error_says(const std::string& part) {
    const std::string said = tin_last_error();
    if (said.find(part) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << said;
  }

  tin_device* device_ = nullptr;
  tin_module* module_ = nullptr;
  tin_array *x_ = nullptr, *y_ = nullptr;
};

TEST_F(MetalApi, RunsABundle) {
  ASSERT_EQ(load("ios16"), TIN_OK) << tin_last_error();
  make_arrays();
  ASSERT_EQ(saxpy(2), TIN_OK) << tin_last_error();
  ASSERT_EQ(saxpy(3), TIN_OK) << tin_last_error();
  EXPECT_EQ(first(), 5);
  EXPECT_EQ(tin_device_get_counters(device_).submissions, 1u);
}

TEST_F(MetalApi, RefusesLibrariesOfAnotherSystemWithWhatThereIsAndWhatIsWanted) {
  EXPECT_NE(load("ios-sim16"), TIN_OK);
  EXPECT_TRUE(error_says("iOS simulator"));
  EXPECT_NE(load("ios18"), TIN_OK);
  EXPECT_TRUE(error_says("18"));
}

TEST_F(MetalApi, RefusesLaunchesWhilePaused) {
  ASSERT_EQ(load("ios16"), TIN_OK) << tin_last_error();
  make_arrays();
  ASSERT_EQ(saxpy(2), TIN_OK);
  ASSERT_EQ(tin_device_pause(device_), TIN_OK) << tin_last_error();
  EXPECT_EQ(saxpy(2), TIN_PAUSED);
  EXPECT_TRUE(error_says("paused"));
  EXPECT_EQ(first(), 2);
  ASSERT_EQ(tin_device_resume(device_), TIN_OK);
  ASSERT_EQ(saxpy(2), TIN_OK);
  EXPECT_EQ(first(), 4);
}

TEST_F(MetalApi, AnEventEndsWithTheWorkBeforeIt) {
  ASSERT_EQ(load("ios16"), TIN_OK) << tin_last_error();
  make_arrays();
  tin_event* event = nullptr;
  {
    fake_metal::Hold hold;
    ASSERT_EQ(saxpy(2), TIN_OK);
    ASSERT_EQ(tin_device_record_event(device_, &event), TIN_OK);
    EXPECT_FALSE(tin_event_is_done(event));
    hold.step();
    EXPECT_TRUE(tin_event_is_done(event));
  }
  EXPECT_EQ(tin_event_wait(event), TIN_OK);
  tin_event_close(event);
}

TEST_F(MetalApi, AnEventTellsWhatTheGpuSaid) {
  ASSERT_EQ(load("ios16"), TIN_OK) << tin_last_error();
  make_arrays();
  constexpr int kTimeout = 2;
  fake_metal::fail_next_command_buffer(kTimeout, "Caused GPU Timeout Error");
  ASSERT_EQ(saxpy(2), TIN_OK);
  tin_event* event = nullptr;
  ASSERT_EQ(tin_device_record_event(device_, &event), TIN_OK);
  EXPECT_EQ(tin_event_wait(event), TIN_WORLD);
  EXPECT_TRUE(error_says("Caused GPU Timeout Error"));
  tin_event_close(event);
}

TEST_F(MetalApi, WhoOnlyPollsAnEventHearsOfAFailureByTheNextWait) {
  ASSERT_EQ(load("ios16"), TIN_OK) << tin_last_error();
  make_arrays();
  constexpr int kTimeout = 2;
  fake_metal::fail_next_command_buffer(kTimeout, "Caused GPU Timeout Error");
  ASSERT_EQ(saxpy(2), TIN_OK);
  tin_event* event = nullptr;
  ASSERT_EQ(tin_device_record_event(device_, &event), TIN_OK);
  fake_metal::wait_until_idle();
  EXPECT_TRUE(tin_event_is_done(event));
  tin_event_close(event);
  EXPECT_EQ(tin_device_wait(device_), TIN_WORLD);
  EXPECT_TRUE(error_says("Caused GPU Timeout Error"));
  EXPECT_EQ(tin_device_wait(device_), TIN_OK);
}

}  // namespace
}  // namespace tinsmith::runtime
