// SPDX-License-Identifier: Apache-2.0
// Whatever is drawn by lot: first weights and orders of digits. The same numbers on every machine,
// and in Swift (apple/Sources/MNISTKit/Engine/SplitMix64.swift): integer arithmetic, and products
// of floats that round once. The standard library's generators differ between libraries.
#pragma once
#include <cstdint>
#include <vector>

namespace mnist {

// Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t state) : state_(state) {}
  uint64_t next();
  // Uniform in [-1, 1): a multiple of 2^-23.
  float symmetric();

 private:
  uint64_t state_;
};

// What a training draws comes from the streams seed * 2^32 + epoch: stream 0 gives the weights, in
// the order in which the package lists the parameters; stream e the order of digits of epoch e.
inline uint64_t stream_of(uint32_t seed, uint32_t epoch) { return uint64_t{seed} << 32 | epoch; }

// A permutation of 0…n-1 by Fisher and Yates.
std::vector<int32_t> shuffled(uint32_t n, uint64_t stream);

}  // namespace mnist
