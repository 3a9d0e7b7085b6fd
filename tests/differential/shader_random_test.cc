// SPDX-License-Identifier: Apache-2.0
// Random shaders, the same numbers through AIR on the CPU (both dialects) and by Vulkan. The seeds
// are fixed, and a failure names its own; TINSMITH_RANDOM_SHADERS=FIRST:COUNT runs others.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "random_shader.h"

namespace tinsmith::differential {
namespace {

constexpr unsigned kThreads = 32;

bool agree(const RandomResult& result, const Words& x, const Words& y, size_t slot, unsigned lane) {
  if (result.kind.of != 'f')
    return bits_at(result.kind, x, slot, lane) == bits_at(result.kind, y, slot, lane);
  const double a = number_at(result.kind, x, slot, lane), b = number_at(result.kind, y, slot, lane);
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::fabs(a - b) <= result.tolerance * std::max(1.0, std::fabs(a));
}

void compare(const RandomShader& shader, const Words& cpu, const Words& other, const char* whose) {
  ASSERT_EQ(cpu.size(), other.size());
  int shown = 0;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    for (const RandomResult& result : shader.results) {
      for (unsigned lane = 0; lane < result.kind.lanes; ++lane) {
        const size_t slot = thread * shader.output_words + result.slot;
        if (agree(result, cpu, other, slot, lane) || ++shown > 3) continue;
        ADD_FAILURE() << result.from << " of " << name(result.kind) << ", thread " << thread
                      << ": CPU " << number_at(result.kind, cpu, slot, lane) << ", " << whose << " "
                      << number_at(result.kind, other, slot, lane);
      }
    }
  }
}

void run(uint32_t seed, const RandomOptions& options) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const RandomShader shader = random_shader(seed, options);
  const Words input = random_input(shader, kThreads, seed), empty(shader.output_words * kThreads);
  const Words cpu = run_on_cpu(shader.words, input, empty, kThreads, host_options());
  ASSERT_FALSE(cpu.empty());
  if (!options.doubles) {
    compare(shader, cpu, run_on_cpu(shader.words, input, empty, kThreads, phone_options()),
            "in the phone's dialect");
  }
  if (vulkan_can(shader.words)) {
    compare(shader, cpu, run_on_vulkan(shader.words, input, empty, kThreads), "Vulkan");
  } else {
    std::printf("seed %u is not compared: the Vulkan device lacks a type\n", seed);
  }
}

TEST(ShaderRandom, DevicesAgree) {
  uint32_t first = 1, count = 16;
  if (const char* asked = std::getenv("TINSMITH_RANDOM_SHADERS")) {
    ASSERT_EQ(std::sscanf(asked, "%u:%u", &first, &count), 2) << "must be FIRST:COUNT";
  }
  for (uint32_t seed = first; seed < first + count && !::testing::Test::HasFailure(); ++seed) {
    RandomOptions options;
    options.doubles = seed % 2 == 0;
    options.halves = seed % 3 != 0;
    run(seed, options);
  }
}

}  // namespace
}  // namespace tinsmith::differential
