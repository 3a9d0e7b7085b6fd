// SPDX-License-Identifier: Apache-2.0
// Random compute shaders: every type, operations on scalars and vectors, branches, loops, switches,
// local variables. Made so that every device must agree: what SPIR-V leaves open (division by zero,
// shifts by the width, conversions out of range, the bits of NaN) is guarded, and what devices
// round differently goes to the output only, with a tolerance, and never back into the computation.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "shader.h"

namespace tinsmith::differential {

struct RandomOptions {
  unsigned statements = 24;
  unsigned iterations = 0;  // of Taichi's loop; 0: none
  bool doubles = true, halves = true, small_integers = true, long_integers = true;
};

struct RandomResult {
  Kind kind;
  unsigned slot = 0;
  double tolerance = 0;  // relative, or absolute below 1; 0: the same number
  std::string from;      // the operation that made it
};

struct RandomShader {
  Words words;
  unsigned input_words = 0, output_words = 0;  // of one thread
  std::vector<Kind> inputs;                    // one after the other
  std::vector<RandomResult> results;
};

RandomShader random_shader(uint32_t seed, const RandomOptions& options);
// Input for `threads` threads: small numbers and some large ones.
Words random_input(const RandomShader& shader, unsigned threads, uint32_t seed);

}  // namespace tinsmith::differential
