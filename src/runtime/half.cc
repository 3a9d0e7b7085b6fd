// SPDX-License-Identifier: Apache-2.0
#include "runtime/half.h"

#include <cmath>

namespace tinsmith::runtime {

namespace {

constexpr int kMantissaBits = 10;
constexpr int kSmallestExponent = -14;  // of a normal number
constexpr int kLargestExponent = 15;
constexpr uint16_t kInfinity = 0x7c00;
constexpr uint16_t kNan = 0x7e00;

// Nearest integer, ties to even, whatever rounding mode the host program has set.
double round_to_even(double value) {
  const double below = std::floor(value);
  const double rest = value - below;
  if (rest != 0.5) return rest < 0.5 ? below : below + 1;
  return std::fmod(below, 2) == 0 ? below : below + 1;
}

}  // namespace

uint16_t to_half(double value) {
  const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | kNan);
  if (value == 0) return sign;
  if (std::isinf(value)) return static_cast<uint16_t>(sign | kInfinity);
  int exponent = 0;
  std::frexp(value, &exponent);  // |value| = m * 2^exponent with m in [0.5, 1)
  exponent = exponent - 1 < kSmallestExponent ? kSmallestExponent : exponent - 1;
  // In units of the last place. A normal number has 1024 … 2047 of them, so that the carry of
  // rounding up to 2048 runs into the exponent as it should; a subnormal one has fewer.
  const double units = round_to_even(std::ldexp(std::fabs(value), kMantissaBits - exponent));
  if (exponent > kLargestExponent) return static_cast<uint16_t>(sign | kInfinity);
  const int biased = exponent - kSmallestExponent;
  const int magnitude = (biased << kMantissaBits) + static_cast<int>(units);
  if (magnitude >= kInfinity) return static_cast<uint16_t>(sign | kInfinity);
  return static_cast<uint16_t>(sign | magnitude);
}

double from_half(uint16_t bits) {
  const int exponent = (bits >> kMantissaBits) & 0x1f;
  const int mantissa = bits & 0x3ff;
  double magnitude = 0;
  if (exponent == 0x1f) {
    magnitude = mantissa != 0 ? std::nan("") : HUGE_VAL;
  } else if (exponent == 0) {
    magnitude = std::ldexp(mantissa, kSmallestExponent - kMantissaBits);
  } else {
    magnitude = std::ldexp(mantissa + 1024, exponent - 1 + kSmallestExponent - kMantissaBits);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace tinsmith::runtime
