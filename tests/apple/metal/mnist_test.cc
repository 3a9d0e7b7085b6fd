// SPDX-License-Identifier: Apache-2.0
// The MNIST package trained through the Metal device: the numbers of the cpu device, and what a
// step costs. CTest makes the package (TINSMITH_MNIST_PACKAGE); the digits here are made up.
#include <cstdlib>
#include <random>

#include "devices/devices.h"
#include "tests/apple/metal/metal_test.h"

namespace tinsmith::runtime {
namespace {

constexpr uint32_t kPixels = 784, kClasses = 10, kDigits = 512, kBatch = 32;
constexpr int kChunks = 5, kStepsOfChunk = 50;

// Each class is a pattern, each digit its class's with noise.
struct Digits {
  std::vector<float> images;
  std::vector<int32_t> labels, order;
};
Digits make_digits() {
  std::minstd_rand random(7);
  const auto number = [&] { return static_cast<float>(random() % 1000) / 1000; };
  std::vector<float> patterns(kClasses * kPixels);
  for (float& pixel : patterns) pixel = number();
  Digits digits;
  for (uint32_t i = 0; i < kDigits; ++i) {
    digits.labels.push_back(static_cast<int32_t>(random() % kClasses));
    digits.order.push_back(static_cast<int32_t>((i * 37) % kDigits));
    const float* pattern = &patterns[static_cast<uint32_t>(digits.labels[i]) * kPixels];
    for (uint32_t p = 0; p < kPixels; ++p)
      digits.images.push_back(0.6f * pattern[p] + 0.4f * number());
  }
  return digits;
}

class Training {
 public:
  Training(std::shared_ptr<Device> device, const package::Package& package)
      : device_(std::move(device)) {
    auto module = Module::load(device_, package);
    EXPECT_TRUE(module) << module.failure().what;
    module_ = *module;
    const Digits digits = make_digits();
    images_ = array(DType::F32, {kDigits, kPixels}, std::as_bytes(std::span(digits.images)));
    labels_ = array(DType::I32, {kDigits}, std::as_bytes(std::span(digits.labels)));
    order_ = array(DType::I32, {kDigits}, std::as_bytes(std::span(digits.order)));
    std::minstd_rand random(3);
    for (const char* name : {"w1", "w2"}) {
      auto field = *module_->field(name);
      std::vector<float> values(field.bytes() / sizeof(float));
      for (float& value : values) value = (static_cast<float>(random() % 1000) / 500 - 1) * 0.05f;
      EXPECT_TRUE(field.write(std::as_bytes(std::span(values))));
    }
  }

  // Records the steps of a chunk, and returns the sum of the losses so far: one wait.
  float chunk() {
    for (int i = 0; i < kStepsOfChunk; ++i) step();
    return read("total_loss").at(0);
  }
  void reset() { launch("reset_totals", {}); }
  std::vector<float> read(const char* name) {
    auto field = *module_->field(name);
    std::vector<float> values(field.bytes() / sizeof(float));
    const Result<> read = field.read(std::as_writable_bytes(std::span(values)));
    EXPECT_TRUE(read) << read.failure().what;
    return values;
  }
  Device& device() { return *device_; }

 private:
  Array array(DType dtype, std::vector<uint32_t> shape, std::span<const std::byte> bytes) {
    Array made{*device_->new_buffer(bytes.size()), nullptr, dtype, std::move(shape), {}};
    EXPECT_TRUE(made.data->write(0, bytes));
    return made;
  }
  void launch(const char* kernel, std::span<const Argument> arguments) {
    const Result<> launched = (*module_->kernel(kernel))->launch(arguments);
    EXPECT_TRUE(launched) << launched.failure().what;
  }
  void step() {
    const auto first = static_cast<int32_t>(next_++ * kBatch % kDigits);
    const Argument batch[] = {Argument::of(images_), Argument::of(labels_), Argument::of(order_),
                              Argument::of(first), Argument::of(static_cast<int32_t>(kBatch))};
    launch("gather", batch);
    for (const char* kernel : {"clear", "forward", "score", "forward_grad"}) launch(kernel, {});
    const Argument rate[] = {Argument::of(0.05)};
    launch("update", rate);
  }

  std::shared_ptr<Device> device_;
  std::shared_ptr<Module> module_;
  Array images_, labels_, order_;
  uint32_t next_ = 0;
};

struct Curve {
  std::vector<float> losses;  // summed, after each chunk
  std::vector<float> weights;
};
Curve train(Training& training) {
  Curve curve;
  training.reset();
  for (int i = 0; i < kChunks; ++i) curve.losses.push_back(training.chunk());
  curve.weights = training.read("w1");
  return curve;
}

// Each thread of a kernel is one of the fake's; or, as the cpu device has it, its loops choose.
fake_metal::Configuration gpu(bool any_grid) {
  fake_metal::Configuration configuration;
  configuration.any_grid = any_grid;
  return configuration;
}

class MetalMnist : public MetalTest {
 protected:
  void SetUp() override {
    const char* path = std::getenv("TINSMITH_MNIST_PACKAGE");
    if (path == nullptr) GTEST_SKIP() << "CTest makes the package: ctest -R metal_device_mnist";
    auto package = package::read(path);
    ASSERT_TRUE(package) << package.failure().what;
    package_ = bundled(std::move(*package));
  }
  Curve on_cpu() const {
    DeviceOptions options;
    options.threads = 1;
    Training training(*devices::open(options), package_);
    return train(training);
  }

  package::Package package_;
};

TEST_F(MetalMnist, GivesTheNumbersOfTheCpuDeviceBitForBit) {
  configure(gpu(true));
  const Curve expected = on_cpu();
  EXPECT_LT(expected.losses.back() - expected.losses[kChunks - 2], expected.losses[0] / 4);
  Training training(device(), package_);
  const Curve curve = train(training);
  EXPECT_EQ(curve.losses, expected.losses);
  EXPECT_EQ(curve.weights, expected.weights);
}

TEST_F(MetalMnist, GivesTheSameCurveWithAThreadForEachOfTheGrid) {
  configure(gpu(false));
  const Curve expected = on_cpu();
  Training training(device(), package_);
  const Curve curve = train(training);
  for (int i = 0; i < kChunks; ++i)
    EXPECT_NEAR(curve.losses[static_cast<size_t>(i)], expected.losses[static_cast<size_t>(i)],
                1e-5 * expected.losses[static_cast<size_t>(i)]);
}

TEST_F(MetalMnist, FiftyStepsAreOneCommandBufferWithOneEncoderAndOneWaitAndMakeNothing) {
  configure(gpu(true));
  Training training(device(), package_);
  training.reset();
  size_t dispatches_of_step = 0;
  for (const char* kernel : {"gather", "clear", "forward", "score", "forward_grad", "update"})
    dispatches_of_step += package_.kernel(kernel)->tasks.size();
  training.chunk();
  for (int i = 0; i < 3; ++i) {
    since();
    const auto before = training.device().counters();
    training.chunk();
    const auto counted = since();
    EXPECT_EQ(counted.command_buffers, 1u);
    EXPECT_EQ(counted.compute_encoders, 1u);
    EXPECT_EQ(counted.blit_encoders, 0u);
    EXPECT_LE(counted.waits, 1u);
    EXPECT_EQ(training.device().counters().waits - before.waits, 1u);
    EXPECT_EQ(counted.buffers_made, 0u);
    EXPECT_EQ(counted.set_bytes, 0u);
    EXPECT_EQ(counted.dispatches, kStepsOfChunk * dispatches_of_step);
    EXPECT_LE(counted.barriers, counted.dispatches);
    RecordProperty("dispatches_of_step", static_cast<int>(dispatches_of_step));
    RecordProperty("barriers_of_step", static_cast<int>(counted.barriers / kStepsOfChunk));
    RecordProperty("set_buffers_of_step", static_cast<int>(counted.set_buffers / kStepsOfChunk));
  }
}

}  // namespace
}  // namespace tinsmith::runtime
