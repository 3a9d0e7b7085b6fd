// SPDX-License-Identifier: Apache-2.0
// Base of the tests of the Metal device over the fake Metal: a fresh fake, a device that is opened
// when it is first asked for, genuine packages as bundles, and arrays of floats.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "fake_metal_test.h"
#include "package/testing.h"
#include "runtime/metal/metal.h"
#include "runtime/runtime.h"
#include "tests/devices/fixture_player.h"

namespace tinsmith::runtime {

class MetalTest : public fake_metal::Test {
 protected:
  explicit MetalTest(const fake_metal::Configuration& configuration = {})
      : fake_metal::Test(configuration) {}

  // Tests keep what they make in variables of their own; those are gone by now.
  void TearDown() override {
    device_.reset();
    fake_metal::Test::TearDown();
  }

  // Another fake, within a test. Nothing of the one before may live.
  static void configure(const fake_metal::Configuration& configuration) {
    fake_metal::wait_until_idle();
    fake_metal::configure(configuration);
  }
  static Result<std::shared_ptr<Device>> open(const std::string& name = "") {
    DeviceOptions options;
    options.kind = DeviceKind::Metal;
    options.name = name;
    return metal::open(options);
  }
  const std::shared_ptr<Device>& device() {
    if (device_ != nullptr) return device_;
    auto opened = open();
    EXPECT_TRUE(opened) << opened.failure().what;
    return device_ = *opened;
  }

  static package::Package bundled(package::Package package) {
    auto converted = through_libraries(std::move(package), {"all"}, msl::Numbering::Binding);
    EXPECT_TRUE(converted) << converted.failure().what;
    return *converted;
  }
  // A case of tests/data/taichi.
  static package::Package bundled(const char* genuine) {
    return bundled(package::testing::genuine(genuine));
  }

  std::shared_ptr<Module> load(const package::Package& package) {
    auto module = Module::load(device(), package);
    EXPECT_TRUE(module) << module.failure().what;
    return *module;
  }
  // y += a * x of the case b_ndarray. It keeps its module's memory alive by itself.
  std::shared_ptr<Kernel> saxpy() { return *load(bundled("b_ndarray"))->kernel("saxpy"); }

  Array array(uint32_t size, float value = 0) {
    Array made{*device()->new_buffer(size * sizeof(float)), nullptr, DType::F32, {size}, {}};
    if (value != 0) write(made, value);
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
  static void launch(Kernel& kernel, float a, const Array& x, const Array& y) {
    const Argument arguments[] = {Argument::of(a), Argument::of(x), Argument::of(y)};
    ok(kernel.launch(arguments));
  }
  static void ok(const Result<>& result) { ASSERT_TRUE(result) << result.failure().what; }
  static testing::AssertionResult says(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "not '" << part << "', but: " << text;
  }
  static std::string what(const Result<>& result) { return result ? "" : result.failure().what; }

  // What has been counted since the last call, here and by the fake.
  fake_metal::Counters since() {
    const fake_metal::Counters now = fake_metal::counters(), before = std::exchange(counted_, now);
    fake_metal::Counters between = now;
    between.command_buffers -= before.command_buffers;
    between.compute_encoders -= before.compute_encoders;
    between.blit_encoders -= before.blit_encoders;
    between.dispatches -= before.dispatches;
    between.blits -= before.blits;
    between.barriers -= before.barriers;
    between.set_buffers -= before.set_buffers;
    between.set_offsets -= before.set_offsets;
    between.set_bytes -= before.set_bytes;
    between.set_pipelines -= before.set_pipelines;
    between.waits -= before.waits;
    between.buffers_made -= before.buffers_made;
    between.libraries_made -= before.libraries_made;
    between.pipelines_made -= before.pipelines_made;
    return between;
  }

 private:
  std::shared_ptr<Device> device_;
  fake_metal::Counters counted_;
};

}  // namespace tinsmith::runtime
