// SPDX-License-Identifier: Apache-2.0
// The errors of the elementary functions of f64 in units in the last place, against long double:
// what f64_math.h states.
#include "spirv/f64_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "shader.h"

namespace tinsmith::differential {
namespace {

constexpr Kind kF64 = {'f', 64, 1};
constexpr unsigned kSamples = 4096, kOnVulkan = 64;

struct Function {
  const char* name;
  Op op;  // Atan2 and Pow: of two numbers
  long double (*reference)(long double, long double);
  double least, most;  // of the first argument, where `logarithmic` its magnitude
  bool logarithmic;
  double ulps;  // as stated
};

const Function kFunctions[] = {
    {"exp", Op::Exp, [](long double x, long double) { return std::exp(x); }, -700, 700, false, 1},
    {"exp of small", Op::Exp, [](long double x, long double) { return std::exp(x); }, 1e-10, 1,
     true, 1},
    {"log", Op::Log, [](long double x, long double) { return std::log(x); }, 1e-300, 1e300, true,
     3},
    {"log about 1", Op::Log, [](long double x, long double) { return std::log(x); }, 0.5, 2, false,
     3},
    {"sin", Op::Sin, [](long double x, long double) { return std::sin(x); }, 1e-8, 1e6, true, 3},
    {"cos", Op::Cos, [](long double x, long double) { return std::cos(x); }, 1e-8, 1e6, true, 3},
    {"tan", Op::Tan, [](long double x, long double) { return std::tan(x); }, 1e-8, 1e6, true, 4},
    {"tanh", Op::Tanh, [](long double x, long double) { return std::tanh(x); }, 1e-8, 30, true, 3},
    {"asin", Op::Asin, [](long double x, long double) { return std::asin(x); }, -1, 1, false, 6},
    {"acos", Op::Acos, [](long double x, long double) { return std::acos(x); }, -1, 1, false, 6},
    {"atan2", Op::Atan2, [](long double x, long double y) { return std::atan2(x, y); }, 1e-8, 1e8,
     true, 6},
    {"pow", Op::Pow, [](long double x, long double y) { return std::pow(x, y); }, 1e-3, 1e3, true,
     450},
};

double sample(const Function& f, std::mt19937_64& random) {
  const double u = static_cast<double>(random() >> 11) * 0x1p-53;
  if (!f.logarithmic) return f.least + (f.most - f.least) * u;
  const double magnitude = std::exp(std::log(f.least) + (std::log(f.most) - std::log(f.least)) * u);
  const bool is_positive = f.op == Op::Log || f.op == Op::Pow || (random() & 1) != 0;
  return is_positive ? magnitude : -magnitude;
}

double ulps(double got, long double want) {
  const double rounded = static_cast<double>(want);
  const double ulp = std::ldexp(1.0, std::max(std::ilogb(rounded), -1022) - 52);
  return static_cast<double>(std::fabs(static_cast<long double>(got) - want)) / ulp;
}

Words shader_of(const Function& f) {
  Shader shader(4, 2);
  spirv::F64Math math(shader.asm_);
  const Word x = shader.read(kF64, 0), y = shader.read(kF64, 2);
  const Word result = f.op == Op::Atan2 ? math.atan2(x, y)
                      : f.op == Op::Pow ? math.pow_positive(x, y)
                                        : math.unary(f.op, x);
  shader.write(kF64, 0, result);
  return shader.finish();
}

TEST(F64Math, ErrorsAreAsStated) {
  for (const Function& f : kFunctions) {
    const Words shader = shader_of(f);
    std::mt19937_64 random(11);
    Words input(4 * kSamples);
    for (unsigned i = 0; i < kSamples; ++i) {
      put(kF64, input, 4 * i, 0, sample(f, random));
      put(kF64, input, 4 * i + 2, 0, static_cast<double>(random() % 40001) / 1000 - 20);
    }
    const Words empty(2 * kSamples);
    const Words got = run_on_cpu(shader, input, empty, kSamples, host_options());
    ASSERT_FALSE(got.empty());
    double worst = 0, at = 0;
    for (unsigned i = 0; i < kSamples; ++i) {
      const double x = number_at(kF64, input, 4 * i, 0), y = number_at(kF64, input, 4 * i + 2, 0);
      const double error = ulps(number_at(kF64, got, 2 * i, 0), f.reference(x, y));
      if (error <= worst) continue;  // NaN, too, is a finding
      worst = error;
      at = x;
    }
    EXPECT_LE(worst, f.ulps) << f.name << " of " << at;
    if (!vulkan_can(shader)) continue;
    // Of a shader without a strided loop the runtime starts a few groups only.
    const Words vulkan = run_on_vulkan(shader, input, empty, kOnVulkan);
    for (unsigned i = 0; i < kOnVulkan; ++i) {
      const double x = number_at(kF64, got, 2 * i, 0), y = number_at(kF64, vulkan, 2 * i, 0);
      ASSERT_NEAR(x, y, 2 * f.ulps * 0x1p-52 * std::fabs(x)) << f.name << " by Vulkan";
    }
  }
}

}  // namespace
}  // namespace tinsmith::differential
