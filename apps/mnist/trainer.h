// SPDX-License-Identifier: Apache-2.0
// Trains and runs the classifiers of examples/mnist.py through the public runtime API, from their
// package alone.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataset.h"
#include "runtime/runtime.h"

namespace mnist {

struct TrainOptions {
  uint32_t epochs = 4;
  double rate = 0.5;
  double decay = 0.7;         // of the rate from epoch to epoch
  double loss_threshold = 0;  // stop once an epoch's mean training loss is below; 0: never
  uint32_t seed = 1;
};

// Means over an epoch. The training figures are of the weights as they changed during the epoch.
struct EpochReport {
  uint32_t epoch = 0;  // from 1
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
  double seconds = 0, samples_per_second = 0;
};

struct Progress {
  uint32_t epoch = 0, done = 0, total = 0;  // samples of this epoch
  double loss = 0, samples_per_second = 0;
};

struct Prediction {
  int32_t digit = 0;
  float confidence = 0;
};

class Trainer {
 public:
  // Loads the package and uploads nothing yet. Fails when a kernel or field of the training loop is
  // missing.
  static tinsmith::Result<std::unique_ptr<Trainer>> load(
      std::shared_ptr<tinsmith::runtime::Device> device, const tinsmith::package::Package& package);

  uint32_t batch() const { return batch_; }

  // Fresh weights.
  tinsmith::Result<> initialise(uint32_t seed);
  // Trains on data.train; after each epoch measures on data.test, reports, and calls `checkpoint`.
  // `progress` may be empty; it is called about ten times an epoch, each call costs a wait.
  tinsmith::Result<std::vector<EpochReport>> train(
      const Dataset& data, const TrainOptions& options,
      const std::function<void(const Progress&)>& progress,
      const std::function<tinsmith::Result<>(const EpochReport&)>& after_epoch);
  // Mean loss and accuracy, in .test_loss and .test_accuracy.
  tinsmith::Result<EpochReport> evaluate(const Digits& digits);
  tinsmith::Result<std::vector<Prediction>> predict(const Digits& digits);

  // All parameters with their names and shapes; written atomically.
  tinsmith::Result<> save_checkpoint(const std::filesystem::path& file) const;
  tinsmith::Result<> load_checkpoint(const std::filesystem::path& file);

  uint64_t parameter_count() const;

 private:
  struct DeviceDigits {
    tinsmith::runtime::Array images, labels, order;
    uint32_t count = 0;
  };
  struct Totals {
    double loss = 0;
    int64_t correct = 0;
  };

  Trainer() = default;
  tinsmith::Result<DeviceDigits> upload(const Digits& digits);
  tinsmith::Result<> set_order(DeviceDigits& digits, const std::vector<int32_t>& order);
  tinsmith::Result<> launch(const char* kernel,
                            std::span<const tinsmith::runtime::Argument> arguments = {});
  // gather, clear, forward for the samples first…first+n of `digits`.
  tinsmith::Result<> forward(const DeviceDigits& digits, uint32_t first, uint32_t n);
  tinsmith::Result<Totals> totals();
  tinsmith::Result<double> train_epoch(DeviceDigits& digits, uint32_t epoch,
                                       const TrainOptions& options,
                                       const std::function<void(const Progress&)>& progress);

  std::shared_ptr<tinsmith::runtime::Device> device_;
  std::shared_ptr<tinsmith::runtime::Module> module_;
  std::vector<tinsmith::package::Field> parameters_;
  uint32_t batch_ = 0;
};

}  // namespace mnist
