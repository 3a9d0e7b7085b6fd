// SPDX-License-Identifier: Apache-2.0
// A model in the middle of its training, kept in a file that the iOS app reads and writes too
// (apple/Sources/MNISTKit/Engine/Checkpoint.swift).
//
// The format, little endian: "TSCK", u32 version 2; model as text; u32 epoch, u32 samples done of
// it, u32 samples of an epoch, f64 sum of their losses, u64 how many were recognised; settings: u32
// epochs, u32 batch, u32 seed, f64 learning rate, f64 decay, f64 loss threshold (0: none); u32
// parameters; of each its name as text, u64 bytes, f32 values. Text is u32 length and UTF-8.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/result.h"

namespace mnist {

struct TrainOptions {
  uint32_t epochs = 4;  // those before a checkpoint included
  uint32_t batch = 32;  // digits a step, at most the batch that the kernels are compiled for
  uint32_t seed = 1;
  double rate = 0.5;
  double decay = 0.7;         // of the rate from epoch to epoch
  double loss_threshold = 0;  // stop once an epoch's mean training loss is below; 0: never
};

// Where a training is: between two chunks of steps.
struct Place {
  uint32_t epoch = 1;            // after the last epoch it is one beyond
  uint32_t done = 0, total = 0;  // samples of this epoch
  double loss_sum = 0;           // over those done
  uint64_t correct = 0;
};

struct Parameter {
  std::string name;
  std::vector<float> values;
};

struct Checkpoint {
  std::string model;  // "softmax", "mlp"
  TrainOptions options;
  Place place;
  std::vector<Parameter> parameters;  // in the order of the package
};

// Written atomically.
tinsmith::Result<> write_checkpoint(const Checkpoint& checkpoint,
                                    const std::filesystem::path& file);
tinsmith::Result<Checkpoint> read_checkpoint(const std::filesystem::path& file);

}  // namespace mnist
