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

void compare(const RandomShader& shader, unsigned threads, const Words& cpu, const Words& other,
             const char* whose) {
  ASSERT_EQ(cpu.size(), other.size());
  int shown = 0;
  for (unsigned thread = 0; thread < threads; ++thread) {
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
    compare(shader, kThreads, cpu,
            run_on_cpu(shader.words, input, empty, kThreads, phone_options()),
            "in the phone's dialect");
  }
  if (vulkan_can(shader.words)) {
    compare(shader, kThreads, cpu, run_on_vulkan(shader.words, input, empty, kThreads), "Vulkan");
  } else {
    std::printf("seed %u is not compared: the Vulkan device lacks a type\n", seed);
  }
}

// The loop over a grid with fewer threads than iterations, and as the CPU arranges it itself:
// several iterations at a time, in two parts.
void run_task(uint32_t seed, const RandomOptions& options) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const unsigned n = options.iterations;
  const RandomShader shader = random_shader(seed, options);
  const Words input = planar(random_input(shader, n, seed), n, shader.input_words);
  const Words empty(shader.output_words * n);
  const auto by_threads = [&](const Words& words) { return planar(words, shader.output_words, n); };
  const Words plain =
      by_threads(run_on_cpu(shader.words, input, empty, Shader::kGroup, host_options()));
  const Words task = run_as_task(shader.words, input, empty, n, 0, 1);
  compare(shader, n, plain, by_threads(task), "as a task");
  const Words fours = run_as_task(shader.words, input, empty, n, 4, 2);
  compare(shader, n, plain, by_threads(fours), "by fours");
  if (!vulkan_can(shader.words)) return;
  const Words vulkan = run_on_vulkan(shader.words, input, empty, n);
  compare(shader, n, plain, by_threads(vulkan), "Vulkan");
}

struct Seeds {
  uint32_t first = 1, count = 16;
};

Seeds seeds() {
  Seeds all;
  if (const char* asked = std::getenv("TINSMITH_RANDOM_SHADERS")) {
    EXPECT_EQ(std::sscanf(asked, "%u:%u", &all.first, &all.count), 2) << "must be FIRST:COUNT";
  }
  return all;
}

RandomOptions options_of(uint32_t seed) {
  RandomOptions options;
  options.doubles = seed % 2 == 0;
  options.halves = seed % 3 != 0;
  return options;
}

TEST(ShaderRandom, DevicesAgree) {
  const Seeds all = seeds();
  for (uint32_t i = 0; i < all.count && !HasFailure(); ++i) {
    run(all.first + i, options_of(all.first + i));
  }
}

TEST(ShaderRandom, TasksOfAnyGridAgree) {
  const Seeds all = seeds();
  for (uint32_t i = 0; i < all.count && !HasFailure(); ++i) {
    RandomOptions options = options_of(all.first + i);
    options.iterations = 61;  // not a whole number of lanes
    options.statements = 12;
    run_task(all.first + i, options);
  }
}

}  // namespace
}  // namespace tinsmith::differential
