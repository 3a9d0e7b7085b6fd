// SPDX-License-Identifier: Apache-2.0
// The same training by this project's runtime on the cpu device.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

struct Samples {
  std::vector<float> images;  // 784 each
  std::vector<int32_t> labels, order;
};
struct Weights {
  std::vector<float> w1, b1, w2, b2;
};
constexpr int32_t kBatch = 32;
constexpr float kRate = 0.02f;

// The loss of each step; in the i-th the batch order[i * kBatch …].
std::vector<float> train_on_cpu(const std::string& package, const Samples& samples,
                                const Weights& weights);
