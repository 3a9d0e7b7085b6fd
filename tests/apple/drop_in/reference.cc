// SPDX-License-Identifier: Apache-2.0
#include "reference.h"

#include "devices/devices.h"
#include "package/package.h"
#include "runtime/runtime.h"
#include "support/check.h"

using namespace tinsmith;  // NOLINT(google-build-using-namespace)
using runtime::Argument;

namespace {

template <class T>
runtime::Array array(runtime::Device& device, const std::vector<T>& values, DType dtype,
                     std::vector<uint32_t> shape) {
  runtime::Array made{
      *device.new_buffer(values.size() * sizeof(T)), nullptr, dtype, std::move(shape), {}};
  TS_CHECK(made.data->write(0, std::as_bytes(std::span(values))), "writes");
  return made;
}

}  // namespace

std::vector<float> train_on_cpu(const std::string& path, const Samples& samples,
                                const Weights& weights) {
  auto package = package::read(path);
  TS_CHECK(package, package.failure().what);
  runtime::DeviceOptions options;
  options.debug.serial = true;
  auto device = *devices::open(options);
  auto module = *runtime::Module::load(device, *package);
  const auto write = [&](const char* field, const std::vector<float>& values) {
    TS_CHECK(module->field(field)->write(std::as_bytes(std::span(values))), field);
  };
  write("w1", weights.w1), write("b1", weights.b1);
  write("w2", weights.w2), write("b2", weights.b2);
  const auto count = static_cast<uint32_t>(samples.labels.size());
  const auto images = array(*device, samples.images, DType::F32, {count, 784});
  const auto labels = array(*device, samples.labels, DType::I32, {count});
  const auto order = array(*device, samples.order, DType::I32, {count});
  const auto launch = [&](const char* kernel, std::vector<Argument> arguments) {
    auto launched = (*module->kernel(kernel))->launch(arguments);
    TS_CHECK(launched, launched.failure().what);
  };
  std::vector<float> losses;
  for (int32_t first = 0; first + kBatch <= static_cast<int32_t>(count); first += kBatch) {
    launch("gather", {Argument::of(images), Argument::of(labels), Argument::of(order),
                      Argument::of(first), Argument::of(kBatch)});
    launch("clear", {}), launch("forward", {}), launch("forward_grad", {});
    launch("update", {Argument::of(kRate)});
    float loss = 0;
    TS_CHECK(module->field("loss")->read(std::as_writable_bytes(std::span(&loss, 1))), "reads");
    losses.push_back(loss);
  }
  return losses;
}
