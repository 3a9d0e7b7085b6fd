// SPDX-License-Identifier: Apache-2.0
// The training loop: gather, clear, forward, forward_grad, score, update for each batch, all
// recorded without waiting; a value is read a few times an epoch.
#include "trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "random.h"
#include "support/files.h"

namespace mnist {

using tinsmith::Failure;
using tinsmith::Ok;
using tinsmith::Result;
using tinsmith::runtime::Argument;
using tinsmith::runtime::Array;

namespace {

constexpr const char* kKernels[] = {"gather",       "clear",  "forward",     "score",
                                    "forward_grad", "update", "reset_totals"};
constexpr const char* kFields[] = {"predicted", "confidence", "total_loss", "total_correct"};

constexpr float kWeightScale = 0.05f;  // first weights are uniform in ±kWeightScale, biases 0

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class T>
Result<std::vector<T>> read_field(const tinsmith::runtime::Module& module, const char* name) {
  TS_TRY_ASSIGN(view, module.field(name));
  std::vector<T> values(view.bytes() / sizeof(T));
  TS_TRY(view.read(std::as_writable_bytes(std::span(values))));
  return values;
}

template <class T>
Result<Array> new_array(tinsmith::runtime::Device& device, tinsmith::DType dtype,
                        std::vector<uint32_t> shape, const std::vector<T>& values) {
  TS_TRY_ASSIGN(buffer, device.new_buffer(values.size() * sizeof(T)));
  TS_TRY(buffer->write(0, std::as_bytes(std::span(values))));
  return Array{buffer, nullptr, dtype, std::move(shape), {}};
}

}  // namespace

Result<std::unique_ptr<Trainer>> Trainer::load(std::shared_ptr<tinsmith::runtime::Device> device,
                                               const tinsmith::package::Package& package) {
  for (const char* kernel : kKernels)
    if (!package.kernel(kernel))
      return Failure{std::string("the package has no kernel '") + kernel +
                     "'; this program runs packages made by examples/mnist.py"};
  for (const char* field : kFields)
    if (!package.field(field))
      return Failure{std::string("the package has no field '") + field +
                     "'; this program runs packages made by examples/mnist.py"};
  std::unique_ptr<Trainer> trainer(new Trainer);
  trainer->device_ = device;
  TS_TRY_ASSIGN(module, tinsmith::runtime::Module::load(std::move(device), package));
  trainer->module_ = std::move(module);
  trainer->batch_ = package.field("predicted")->shape.at(0);
  for (const tinsmith::package::Field& field : package.fields)
    if (package.field(field.name + "_grad")) trainer->parameters_.push_back(field);
  return trainer;
}

uint64_t Trainer::parameter_count() const {
  uint64_t count = 0;
  for (const tinsmith::package::Field& p : parameters_) count += p.elements();
  return count;
}

Result<> Trainer::launch(const char* kernel, std::span<const Argument> arguments) {
  TS_TRY_ASSIGN(found, module_->kernel(kernel));
  return found->launch(arguments);
}

Result<> Trainer::initialise(uint32_t seed) {
  SplitMix64 random(stream_of(seed, 0));
  for (const tinsmith::package::Field& p : parameters_) {
    TS_TRY_ASSIGN(view, module_->field(p.name));
    std::vector<float> values(p.elements());
    if (p.shape.size() == 2)
      for (float& v : values) v = random.symmetric() * kWeightScale;
    TS_TRY(view.write(std::as_bytes(std::span(values))));
  }
  return Ok{};
}

Result<Trainer::DeviceDigits> Trainer::upload(const Digits& digits) {
  DeviceDigits out;
  out.count = digits.count();
  TS_TRY_ASSIGN(images,
                new_array(*device_, tinsmith::DType::F32, {out.count, kPixels}, digits.images));
  std::vector<int32_t> labels(digits.labels.begin(), digits.labels.end());
  TS_TRY_ASSIGN(label_array, new_array(*device_, tinsmith::DType::I32, {out.count}, labels));
  std::vector<int32_t> order(out.count);
  for (uint32_t i = 0; i < out.count; ++i) order[i] = static_cast<int32_t>(i);
  TS_TRY_ASSIGN(order_array, new_array(*device_, tinsmith::DType::I32, {out.count}, order));
  out.images = images;
  out.labels = label_array;
  out.order = order_array;
  return out;
}

Result<> Trainer::set_order(DeviceDigits& digits, const std::vector<int32_t>& order) {
  return digits.order.data->write(0, std::as_bytes(std::span(order)));
}

Result<> Trainer::forward(const DeviceDigits& digits, uint32_t first, uint32_t n) {
  const Argument arguments[] = {
      Argument::of(digits.images), Argument::of(digits.labels), Argument::of(digits.order),
      Argument::of(static_cast<int32_t>(first)), Argument::of(static_cast<int32_t>(n))};
  TS_TRY(launch("gather", arguments));
  TS_TRY(launch("clear"));
  return launch("forward");
}

Result<Trainer::Totals> Trainer::totals() {
  TS_TRY_ASSIGN(loss, read_field<float>(*module_, "total_loss"));
  TS_TRY_ASSIGN(correct, read_field<int32_t>(*module_, "total_correct"));
  return Totals{loss.at(0), correct.at(0)};
}

Result<double> Trainer::train_epoch(DeviceDigits& digits, uint32_t epoch,
                                    const TrainOptions& options,
                                    const std::function<void(const Progress&)>& progress) {
  auto start = Clock::now();
  TS_TRY(set_order(digits, shuffled(digits.count, stream_of(options.seed, epoch))));
  TS_TRY(launch("reset_totals"));
  const Argument rate[] = {Argument::of(options.rate * std::pow(options.decay, epoch - 1))};
  uint32_t next_report = 0;
  for (uint32_t first = 0; first < digits.count; first += batch_) {
    uint32_t n = std::min(batch_, digits.count - first);
    TS_TRY(forward(digits, first, n));
    TS_TRY(launch("score"));
    TS_TRY(launch("forward_grad"));
    TS_TRY(launch("update", rate));
    uint32_t done = first + n;
    if (progress && done >= next_report) {
      TS_TRY_ASSIGN(sum, totals());
      progress({epoch, done, digits.count, sum.loss / done, done / seconds_since(start)});
      next_report = done + digits.count / 10;
    }
  }
  TS_TRY(device_->wait());
  return seconds_since(start);
}

Result<std::vector<EpochReport>> Trainer::train(
    const Dataset& data, const TrainOptions& options,
    const std::function<void(const Progress&)>& progress,
    const std::function<Result<>(const EpochReport&)>& after_epoch) {
  TS_TRY_ASSIGN(digits, upload(data.train));
  std::vector<EpochReport> reports;
  for (uint32_t epoch = 1; epoch <= options.epochs; ++epoch) {
    TS_TRY_ASSIGN(seconds, train_epoch(digits, epoch, options, progress));
    TS_TRY_ASSIGN(sum, totals());
    TS_TRY_ASSIGN(report, evaluate(data.test));
    report.epoch = epoch;
    report.train_loss = sum.loss / digits.count;
    report.train_accuracy = static_cast<double>(sum.correct) / digits.count;
    report.seconds = seconds;
    report.samples_per_second = digits.count / seconds;
    reports.push_back(report);
    TS_TRY(after_epoch(report));
    if (!(report.train_loss < 1e30))
      return Failure{"the loss is no longer a number: use a smaller learning rate"};
    if (report.train_loss < options.loss_threshold) break;
  }
  return reports;
}

Result<EpochReport> Trainer::evaluate(const Digits& digits) {
  TS_TRY_ASSIGN(on_device, upload(digits));
  TS_TRY(launch("reset_totals"));
  for (uint32_t first = 0; first < digits.count(); first += batch_) {
    TS_TRY(forward(on_device, first, std::min(batch_, digits.count() - first)));
    TS_TRY(launch("score"));
  }
  TS_TRY_ASSIGN(sum, totals());
  EpochReport report;
  report.test_loss = sum.loss / digits.count();
  report.test_accuracy = static_cast<double>(sum.correct) / digits.count();
  return report;
}

Result<std::vector<Prediction>> Trainer::predict(const Digits& digits) {
  TS_TRY_ASSIGN(on_device, upload(digits));
  std::vector<Prediction> out;
  for (uint32_t first = 0; first < digits.count(); first += batch_) {
    uint32_t n = std::min(batch_, digits.count() - first);
    TS_TRY(forward(on_device, first, n));
    TS_TRY(launch("score"));
    TS_TRY_ASSIGN(predicted, read_field<int32_t>(*module_, "predicted"));
    TS_TRY_ASSIGN(confidence, read_field<float>(*module_, "confidence"));
    for (uint32_t i = 0; i < n; ++i) out.push_back({predicted[i], confidence[i]});
  }
  return out;
}

// Checkpoint, little endian: "TSCK", u32 version 1, u32 count; for each parameter u32 name length,
// name, u64 bytes, data.
Result<> Trainer::save_checkpoint(const std::filesystem::path& file) const {
  std::vector<std::byte> out = tinsmith::to_bytes("TSCK");
  auto put = [&](auto value) {
    auto bytes = std::as_bytes(std::span(&value, 1));
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  put(uint32_t{1});
  put(static_cast<uint32_t>(parameters_.size()));
  for (const tinsmith::package::Field& p : parameters_) {
    put(static_cast<uint32_t>(p.name.size()));
    std::vector<std::byte> text = tinsmith::to_bytes(p.name);
    out.insert(out.end(), text.begin(), text.end());
    TS_TRY_ASSIGN(values, read_field<std::byte>(*module_, p.name.c_str()));
    put(uint64_t{values.size()});
    out.insert(out.end(), values.begin(), values.end());
  }
  return tinsmith::write_file(file, out);
}

Result<> Trainer::load_checkpoint(const std::filesystem::path& file) {
  TS_TRY_ASSIGN(bytes, tinsmith::read_file(file));
  std::span<const std::byte> rest(bytes);
  auto take = [&](size_t n) {
    auto part = rest.size() < n ? std::span<const std::byte>() : rest.first(n);
    rest = rest.subspan(std::min(n, rest.size()));
    return part;
  };
  auto number = [&](size_t width) {
    uint64_t value = 0;
    auto part = take(width);
    if (part.size() == width) std::memcpy(&value, part.data(), width);
    return value;
  };
  Failure foreign{file.string() + ": not a checkpoint of this model; train without --resume"};
  if (tinsmith::as_text(take(4)) != "TSCK" || number(4) != 1 || number(4) != parameters_.size())
    return foreign;
  for (const tinsmith::package::Field& p : parameters_) {
    if (tinsmith::as_text(take(number(4))) != p.name) return foreign;
    TS_TRY_ASSIGN(view, module_->field(p.name));
    size_t size = number(8);
    if (size != view.bytes() || rest.size() < size) return foreign;
    TS_TRY(view.write(take(size)));
  }
  return Ok{};
}

}  // namespace mnist
