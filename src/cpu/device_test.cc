// SPDX-License-Identifier: Apache-2.0
// The device with code written by hand: what it binds, how it divides work, what it says.
#include "cpu/device.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "package/testing.h"
#include "runtime/runtime.h"

namespace tinsmith::cpu {
namespace {

using runtime::Argument;
using runtime::Array;
using Body = std::function<Result<>(const Launch&, uint32_t part, uint32_t parts)>;

// An address that no process has; a compiler need not know.
volatile float* nowhere() {
  volatile uintptr_t address = 64;
  return reinterpret_cast<volatile float*>(address);
}

class HandMade final : public Code {
 public:
  HandMade(Body body, double nanoseconds, bool divisible)
      : body_(std::move(body)), nanoseconds_(nanoseconds), divisible_(divisible) {}
  const std::vector<Parameter>& parameters() const override { return parameters_; }
  bool divisible() const override { return divisible_; }
  double cost(const Launch&) const override { return nanoseconds_; }
  Result<> run_part(const Launch& launch, uint32_t part, uint32_t parts) const override {
    return body_(launch, part, parts);
  }

 private:
  Body body_;
  double nanoseconds_;
  bool divisible_;
  std::vector<Parameter> parameters_;
};

// Every task becomes `body`, its buffers at the index of their binding.
CompileTask always(Body body, double nanoseconds = 0, bool divisible = true) {
  return [=](const package::Task& task, const Options&) -> Result<TaskCode> {
    TaskCode made;
    made.code = std::make_shared<HandMade>(body, nanoseconds, divisible);
    for (const package::BufferBinding& bound : task.buffers) made.indices.push_back(bound.binding);
    return made;
  };
}

// saxpy(a: f32, x: array, y: array): the argument block, then the arrays.
class CpuDevice : public testing::Test {
 protected:
  void open(CompileTask compile, const runtime::DeviceOptions& options = {}) {
    device_ = open_with(options, std::move(compile));
  }
  std::shared_ptr<runtime::Kernel> saxpy() {
    auto module = runtime::Module::load(device_, package_);
    EXPECT_TRUE(module) << module.failure().what;
    return *(*module)->kernel("saxpy");
  }
  Array array(std::vector<float> numbers) {
    Array made{*device_->new_buffer(numbers.size() * 4),
               nullptr,
               DType::F32,
               {static_cast<uint32_t>(numbers.size())},
               {}};
    EXPECT_TRUE(made.data->write(0, std::as_bytes(std::span(numbers))));
    return made;
  }
  static std::vector<float> numbers(const Array& array) {
    std::vector<float> all(array.data->size() / 4);
    EXPECT_TRUE(array.data->read(0, std::as_writable_bytes(std::span(all))));
    return all;
  }
  std::string what(const Result<>& result) { return result ? "no failure" : result.failure().what; }
  const package::Task& task() const {
    return std::ranges::find(package_.kernels, "saxpy", &package::Kernel::name)->tasks[0];
  }
  uint32_t index(package::BufferType type, int32_t argument = -1) const {
    for (const package::BufferBinding& bound : task().buffers)
      if (bound.type == type && (argument < 0 || bound.root_id[0] == argument))
        return bound.binding;
    return 99;
  }
  float* floats(const Launch& launch, int32_t argument) const {
    return static_cast<float*>(launch.buffers[index(package::BufferType::ExtArr, argument)]);
  }

  package::Package package_ = package::testing::genuine("b_ndarray");
  std::shared_ptr<runtime::Device> device_;
  const std::string place_ = "kernel 'saxpy', task 'saxpy_c80_0_0_t00'";
};

TEST_F(CpuDevice, PutsArgumentsAndArraysWhereTheCodeLooks) {
  open(always([this](const Launch& launch, uint32_t, uint32_t) -> Result<> {
    float a = 0;
    std::memcpy(&a, launch.buffers[index(package::BufferType::Args)], sizeof a);
    const float* x = floats(launch, 1);
    float* y = floats(launch, 2);
    for (int i = 0; i < 3; ++i) y[i] += a * x[i];
    return Ok{};
  }));
  const Array x = array({1, 2, 3}), y = array({10, 20, 30});
  ASSERT_EQ(
      what(saxpy()->launch(std::vector{Argument::of(2.0f), Argument::of(x), Argument::of(y)})),
      "no failure");
  EXPECT_EQ(numbers(y), (std::vector<float>{12, 24, 36}));
  EXPECT_EQ(device_->counters().dispatches, 1u);
}

TEST_F(CpuDevice, RunsWholeGroupsOfTheTask) {
  std::array<uint32_t, 3> grid{}, group{};
  open(always([&](const Launch& launch, uint32_t, uint32_t) -> Result<> {
    grid = launch.grid;
    group = launch.group;
    return Ok{};
  }));
  for (package::Kernel& kernel : package_.kernels)
    for (package::Task& t : kernel.tasks) t.threads = t.group_size + 1;
  const Array x = array({1});
  ASSERT_EQ(
      what(saxpy()->launch(std::vector{Argument::of(2.0f), Argument::of(x), Argument::of(x)})),
      "no failure");
  EXPECT_EQ(group, (std::array<uint32_t, 3>{128, 1, 1}));
  EXPECT_EQ(grid, (std::array<uint32_t, 3>{256, 1, 1}));
}

TEST_F(CpuDevice, DividesWhatIsWorthIt) {
  std::atomic<uint32_t> most{0}, calls{0};
  const Body count = [&](const Launch&, uint32_t, uint32_t parts) -> Result<> {
    ++calls;
    most = parts;
    return Ok{};
  };
  const auto parts = [&](double nanoseconds, bool divisible, runtime::DeviceOptions options) {
    most = calls = 0;
    open(always(count, nanoseconds, divisible), options);
    const Array x = array({1});
    EXPECT_EQ(
        what(saxpy()->launch(std::vector{Argument::of(2.0f), Argument::of(x), Argument::of(x)})),
        "no failure");
    EXPECT_EQ(calls, most);
    return most.load();
  };
  runtime::DeviceOptions two;
  two.threads = 2;
  EXPECT_EQ(parts(60e3, true, two), 1u);
  EXPECT_EQ(parts(100e3, true, two), 2u);
  EXPECT_EQ(parts(1e9, true, two), 8u);
  EXPECT_EQ(parts(1e9, false, two), 1u);
  runtime::DeviceOptions serial = two;
  serial.debug.serial = true;
  EXPECT_EQ(parts(1e9, true, serial), 1u);
}

TEST_F(CpuDevice, TheFirstFindingInOrderOfThePartsIsTheError) {
  runtime::DeviceOptions two;
  two.threads = 2;
  open(always(
           [](const Launch&, uint32_t part, uint32_t) -> Result<> {
             if (part % 2 == 0) return Ok{};
             return Failure{"finding " + std::to_string(part)};
           },
           1e9),
       two);
  const Array x = array({1});
  EXPECT_EQ(
      what(saxpy()->launch(std::vector{Argument::of(2.0f), Argument::of(x), Argument::of(x)})),
      place_ + ": finding 1");
}

TEST_F(CpuDevice, WhatDoesNotCompileIsToldForAllTasks) {
  open([](const package::Task&, const Options&) -> Result<TaskCode> { return Failure{"no"}; });
  const auto module = runtime::Module::load(device_, package_);
  ASSERT_FALSE(module);
  for (const package::Kernel& kernel : package_.kernels)
    for (const package::Task& t : kernel.tasks)
      EXPECT_NE(
          module.failure().what.find("kernel '" + kernel.name + "', task '" + t.name + "': no"),
          std::string::npos);
}

TEST_F(CpuDevice, OptionsReachTheCompiler) {
  Options seen;
  const CompileTask inner =
      always([](const Launch&, uint32_t, uint32_t) -> Result<> { return Ok{}; });
  runtime::DeviceOptions options;
  options.fast_math = true;
  options.cache = "/somewhere";
  options.debug.nans = options.debug.loops = true;
  open([&](const package::Task& t, const Options& o) { return seen = o, inner(t, o); }, options);
  saxpy();
  EXPECT_TRUE(seen.fast_math);
  EXPECT_EQ(seen.cache, "/somewhere");
  EXPECT_TRUE(seen.debug.nans);
  EXPECT_TRUE(seen.debug.loops);
  EXPECT_FALSE(seen.debug.barriers);
  EXPECT_FALSE(seen.debug.serial);
}

TEST_F(CpuDevice, RefusesBuffersOfOtherDevicesAndSizesThatDoNotExist) {
  class Foreign final : public runtime::Buffer {
    size_t size() const override { return 4; }
    Result<> read(size_t, std::span<std::byte>) override { return Ok{}; }
    Result<> write(size_t, std::span<const std::byte>) override { return Ok{}; }
    Result<> clear() override { return Ok{}; }
  };
  open(always([](const Launch&, uint32_t, uint32_t) -> Result<> { return Ok{}; }));
  const Array foreign{std::make_shared<Foreign>(), nullptr, DType::F32, {1}, {}};
  const Array x = array({1});
  EXPECT_EQ(what(saxpy()->launch(
                std::vector{Argument::of(2.0f), Argument::of(x), Argument::of(foreign)})),
            "kernel 'saxpy', argument 'y': the buffer belongs to another device");
  const auto huge = device_->new_buffer(SIZE_MAX);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.failure().what, "there is no memory for a buffer of 18446744073709551615 bytes");
}

TEST_F(CpuDevice, BuffersAreZeroAlignedAndChecked) {
  for (bool bounds : {false, true}) {
    runtime::DeviceOptions options;
    options.debug.bounds = bounds;
    open(nullptr, options);
    for (size_t size : {0u, 1u, 4u, 10u, 4096u, 100000u, 1u << 20}) {
      const auto buffer = *device_->new_buffer(size);
      ASSERT_EQ(buffer->size(), size);
      std::vector<std::byte> bytes(size, std::byte{1});
      ASSERT_TRUE(buffer->read(0, bytes));
      EXPECT_EQ(bytes, std::vector<std::byte>(size)) << size;
      ASSERT_TRUE(buffer->write(0, std::vector<std::byte>(size, std::byte{7})));
      ASSERT_TRUE(buffer->clear());
      ASSERT_TRUE(buffer->read(0, bytes));
      EXPECT_EQ(bytes, std::vector<std::byte>(size)) << size;
      std::byte one{};
      EXPECT_FALSE(buffer->read(size, {&one, 1}));
      EXPECT_FALSE(buffer->write(SIZE_MAX, {&one, 1}));
    }
  }
}

class Bounds : public CpuDevice {
 protected:
  // What is said when code does `act` with the numbers of `y`, an array of five.
  std::string said(const std::function<void(float* y)>& act, unsigned threads = 1) {
    runtime::DeviceOptions options;
    options.threads = threads;
    options.debug.bounds = true;
    open(always(
             [=, this](const Launch& launch, uint32_t part, uint32_t parts) -> Result<> {
               if (part + 1 == parts) act(floats(launch, 2));
               return Ok{};
             },
             1e9),
         options);
    const Array x = array({1, 2}), y = array({1, 2, 3, 4, 5});
    return what(saxpy()->launch(std::vector{Argument::of(2.0f), Argument::of(x), Argument::of(y)}));
  }
};

volatile float sink;

TEST_F(Bounds, WithinAllIsWell) {
  EXPECT_EQ(said([](float* y) { y[4] = y[0]; }), "no failure");
}

TEST_F(Bounds, WritingBehindTheEndNamesTheArgument) {
  EXPECT_EQ(said([](float* y) { y[5] = 1; }),
            place_ +
                " writes byte 20 of argument 'y', which has 20 bytes (number 5, counted from "
                "0, of 5)");
}

TEST_F(Bounds, ReadingFarOffIsSeenToo) {
  EXPECT_EQ(said([](float* y) { sink = y[100'000'000]; }),
            place_ +
                " reads byte 400000000 of argument 'y', which has 20 bytes (number 100000000, "
                "counted from 0, of 5)");
  EXPECT_EQ(said([](float* y) { sink = y[-50'000]; }),
            place_ + " reads byte -200000 of argument 'y', which has 20 bytes");
}

TEST_F(Bounds, WritingJustBeforeTheStartIsSeen) {
  EXPECT_EQ(said([](float* y) { y[-1] = 1; }),
            place_ + " writes byte -4 of argument 'y', which has 20 bytes");
}

TEST_F(Bounds, AFaultOnAWorkerIsAnErrorOfTheLaunch) {
  EXPECT_EQ(said([](float* y) { y[6] = 1; }, 2),
            place_ +
                " writes byte 24 of argument 'y', which has 20 bytes (number 6, counted from "
                "0, of 5)");
}

TEST_F(Bounds, AnAddressOfNoBufferIsTold) {
  EXPECT_EQ(said([](float*) { *nowhere() = 1; }),
            place_ + " writes at address 0x40, which is in none of its buffers");
}

TEST_F(Bounds, AfterAFaultTheDeviceGoesOn) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_NE(said([](float* y) { y[5] = 1; }), "no failure");
    EXPECT_EQ(said([](float* y) { y[4] = 1; }), "no failure");
  }
}

// Elsewhere a fault ends the process as it would without us.
TEST(BoundsDeathTest, FaultsOutsideOfKernelsAreNotCaught) {
  runtime::DeviceOptions options;
  options.debug.bounds = true;
  EXPECT_EXIT(
      {
        const auto device = open_with(options, nullptr);
        const auto buffer = *device->new_buffer(4096);
        *nowhere() = 1;
      },
      testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace tinsmith::cpu
