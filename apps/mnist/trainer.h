// SPDX-License-Identifier: Apache-2.0
// Trains, tests and uses the classifiers of examples/mnist.py.
//
// The unit of work is a chunk of fifty steps: recorded without waiting, submitted at once, waited
// for once. MNISTKit's engine (apple/Sources/MNISTKit/Engine/Passes.swift) makes the same launches
// in the same order with the same numbers, so the loss curves are the same.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tinsmith.hpp>
#include <vector>

#include "checkpoint.h"
#include "dataset.h"
#include "network.h"

namespace mnist {

// Means over an epoch. The training figures are of the weights as they changed during the epoch.
struct EpochReport {
  uint32_t epoch = 0;  // from 1
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
  double seconds = 0, samples_per_second = 0;
};

// The last chunk.
struct Progress {
  uint32_t epoch = 0, done = 0, total = 0;              // samples of this epoch
  double loss = 0, accuracy = 0;                        // means over the chunk
  double samples_per_second = 0;                        // since the epoch began
  uint64_t dispatches = 0, submissions = 0, waits = 0;  // of the chunk
};

struct Listener {
  // False ends the training: the place is kept for a checkpoint.
  std::function<bool(const Progress&)> after_chunk;
  std::function<void(const EpochReport&)> after_epoch;
};

enum class End : uint8_t { Epochs, LossThreshold, Stopped };

class Trainer {
 public:
  // Uploads the digits; weights are 0 until begin() or restore().
  Trainer(tinsmith::Device& device, const tinsmith::Package& package, const Dataset& data);

  uint32_t batch() const { return network_->batch(); }
  uint64_t parameter_count() const;

  // Fresh weights, first epoch.
  void begin(const TrainOptions& options);
  // Weights and place of a checkpoint; `options` may differ from those it was made with, for
  // instance have more epochs. Throws tinsmith::Error where it is of another model.
  void restore(const Checkpoint& checkpoint, const TrainOptions& options);
  Checkpoint checkpoint();

  End train(const Listener& listener);
  // Mean loss and accuracy on the test digits.
  struct Evaluation {
    double loss = 0, accuracy = 0;
  };
  Evaluation evaluate();
  std::vector<Prediction> predict(const Digits& digits);

 private:
  void set_options(const TrainOptions& options);
  // The batches of a chunk, or of what is left.
  struct Chunk {
    const DeviceDigits& digits;
    uint32_t first, count, batch;
  };
  Chunk chunk_at(const DeviceDigits& digits, uint32_t first, uint32_t batch) const;
  void predict_batch(const Chunk& chunk, uint32_t first);
  Totals train_chunk(const Chunk& chunk);
  Totals test_chunk(const Chunk& chunk);
  // None where the listener ended the training.
  std::optional<EpochReport> train_epoch(const Listener& listener);
  double rate() const;

  tinsmith::Device& device_;
  std::unique_ptr<Network> network_;
  DeviceDigits train_, test_;
  TrainOptions options_;
  Place place_;
};

}  // namespace mnist
