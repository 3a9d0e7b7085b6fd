// SPDX-License-Identifier: Apache-2.0
// The derivative of every operation: which operands it flows to, what that needs, and the
// arithmetic.
#pragma once
#include <array>
#include <functional>

#include "ir/ir.h"

namespace tinsmith::autodiff {

// The primal values of an instruction, as seen from the adjoint kernel: operand k, or kResult.
using Primal = std::function<ValueId(size_t)>;
constexpr size_t kResult = 3;

// One application of a rule: what `g`, the adjoint of the result, gives to operand `k`.
struct Application {
  Builder& b;
  Op op;
  DType source;  // type of the operand
  size_t k;
  ValueId g;
  const Primal& primal;
};

// How a gradient passes from a result to one operand.
struct Flow {
  bool flows = false;
  uint8_t needs =
      0;  // primal values that the formula reads: bit k operand k, bit kResult the result
};

struct Derivative {
  std::array<Flow, 3> operand;
  ValueId (*formula)(const Application&) = nullptr;
  // The formula multiplies with a factor that may be infinite where the primal is finite: sqrt at
  // 0.
  bool singular = false;

  // Real, but without a rule: refused where a gradient would pass.
  bool unknown() const { return operand[0].flows && !formula; }
};

// The row of `op`. Memory and control have none: their rules are in emit.cc.
Derivative derivative(Op op);

// What `g`, the adjoint of the result of `inst`, adds to the adjoint of operand `k`. With `guard`
// it is 0 where `g` is 0, whatever the factor: a branch that `select` did not take must not give
// NaN.
ValueId contribution(Builder& b, const Inst& inst, size_t k, ValueId g, const Primal& primal,
                     bool guard);

}  // namespace tinsmith::autodiff
