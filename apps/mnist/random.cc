// SPDX-License-Identifier: Apache-2.0
#include "random.h"

#include <numeric>
#include <utility>

namespace mnist {

uint64_t SplitMix64::next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

float SplitMix64::symmetric() { return static_cast<float>(next() >> 40) * 0x1p-23f - 1.0f; }

std::vector<int32_t> shuffled(uint32_t n, uint64_t stream) {
  SplitMix64 random(stream);
  std::vector<int32_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  for (uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.next() % i]);
  return order;
}

}  // namespace mnist
