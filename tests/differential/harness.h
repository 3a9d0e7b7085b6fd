// SPDX-License-Identifier: Apache-2.0
// Runs one kernel in the reference interpreter and compiled, on cpu and on Vulkan, from the same
// memory, and compares everything that it can have written.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "ir/evaluate.h"
#include "ir/ir.h"
#include "package/package.h"

namespace tinsmith::differential {

// How far results may be apart: relative to the larger one, or to 1 where both are smaller. 0: the
// same bits.
using Tolerance = std::function<double(const Field&)>;

struct Case {
  std::string text;
  std::vector<tinsmith::Argument> args = {};
  // Value of cell `cell` of component `component` of a field before the kernel.
  std::function<double(const Field&, uint32_t cell, uint32_t component)> fill = nullptr;
  Tolerance tolerance = [](const Field&) { return 0.0; };
  double array_tolerance = 0;
};

// A kernel that a device lacks the types for is not compared on it; false where none has them.
bool compare(const Case& test);

}  // namespace tinsmith::differential
