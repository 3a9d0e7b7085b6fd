// SPDX-License-Identifier: Apache-2.0
// What the two classifiers have in common: the kernels and fields that training, testing and
// recognising need, through the bindings that `tinsmith bind` made of their packages.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <tinsmith.hpp>
#include <vector>

#include "checkpoint.h"
#include "dataset.h"

namespace mnist {

// Digits in the device's memory, and the order in which they are taken.
struct DeviceDigits {
  DeviceDigits(const tinsmith::Device& device, const Digits& digits);

  tinsmith::NdArray<float> images;
  tinsmith::NdArray<int32_t> labels, order;
  uint32_t count;
};

// Sums since the last reset.
struct Totals {
  double loss = 0;
  uint64_t correct = 0;
};

struct Prediction {
  int32_t digit = 0;
  float confidence = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  virtual const char* model() const = 0;
  virtual uint32_t batch() const = 0;  // that the kernels are compiled for

  virtual void gather(const DeviceDigits& digits, uint32_t first, uint32_t count) = 0;
  virtual void clear() = 0;
  virtual void forward() = 0;
  virtual void forward_gradient() = 0;
  virtual void score() = 0;
  virtual void update(float rate) = 0;
  virtual void reset_totals() = 0;

  virtual Totals totals() = 0;                        // waits
  virtual std::vector<Prediction> predictions() = 0;  // of the batch; waits
  // Weights and biases, in the order of the package.
  virtual std::vector<tinsmith::Field<float>> fields() const = 0;

  std::vector<Parameter> parameters() const;  // waits
  // Throws tinsmith::Error where names or sizes are not the model's.
  void set_parameters(const std::vector<Parameter>& values);
  // Weights uniform in ±0.05, biases 0; MNISTKit draws the same.
  std::vector<Parameter> first_weights(uint32_t seed) const;
};

// The model that the package holds.
std::unique_ptr<Network> open_network(const tinsmith::Device& device,
                                      const tinsmith::Package& package);

}  // namespace mnist
