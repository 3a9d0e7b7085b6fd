// SPDX-License-Identifier: Apache-2.0
// For tests: is an adjoint kernel the derivative of its primal? With random weights w over
// everything that has a gradient, the adjoint kernel run on gradients w must give d(w · state
// after)/d(state before), which central differences in f64 give as well.
#pragma once
#include <map>
#include <string>

#include "ir/evaluate.h"

namespace tinsmith::autodiff {

struct Range {
  double low = 0.2, high = 1.2;
};

struct GradientCase {
  std::map<std::string, Range> ranges;  // of fields and parameters, where not the default
  uint32_t seed = 1;
  double step = 1e-6, tolerance = 1e-6;
  bool may_kink = false;  // pass over cells where differences of two steps do not agree
};

// Empty when the kernels agree; else the first cells that do not.
std::string compare_gradient(const Module& primal, const Module& adjoint, const GradientCase& c);

}  // namespace tinsmith::autodiff
