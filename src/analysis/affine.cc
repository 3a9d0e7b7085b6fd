// SPDX-License-Identifier: Apache-2.0
// Index expressions as sums, found by walking from the expression to its leaves.
#include <algorithm>

#include "analysis/analysis.h"

namespace tinsmith::analysis {

namespace {

// Shared subexpressions make the walk exponential in the worst case: an expression this large is a
// leaf.
constexpr int kMaxSteps = 64;

int32_t wrap(int64_t v) { return static_cast<int32_t>(static_cast<uint64_t>(v)); }

struct Walk {
  const Function& fn;
  Affine sum;
  int steps = 0;

  void leaf(ValueId v, int32_t factor) {
    auto at = std::ranges::lower_bound(sum.terms, v, {}, [](const auto& t) { return t.first; });
    if (at == sum.terms.end() || at->first != v) at = sum.terms.insert(at, {v, 0});
    at->second = wrap(int64_t{at->second} + factor);
  }

  void add(ValueId v, int32_t factor) {
    const Inst* def = fn.def(v);
    if (auto literal = as_int(fn, v)) {
      sum.constant = wrap(sum.constant + *literal * factor);
    } else if (!def || ++steps > kMaxSteps) {
      leaf(v, factor);
    } else if (def->op == Op::Add || def->op == Op::Sub) {
      add(def->operands[0], factor);
      add(def->operands[1], def->op == Op::Add ? factor : wrap(-int64_t{factor}));
    } else if (def->op == Op::Neg) {
      add(def->operands[0], wrap(-int64_t{factor}));
    } else if (def->op == Op::Mul) {
      product(*def, v, factor);
    } else {
      leaf(v, factor);
    }
  }

  void product(const Inst& mul, ValueId v, int32_t factor) {
    for (size_t n : {0u, 1u})
      if (auto literal = as_int(fn, mul.operands[n]))
        return add(mul.operands[1 - n], wrap(*literal * factor));
    leaf(v, factor);
  }
};

}  // namespace

Affine affine(const Function& fn, ValueId v) {
  Walk walk{fn, {}, 0};
  walk.add(v, 1);
  std::erase_if(walk.sum.terms, [](const auto& t) { return t.second == 0; });
  return std::move(walk.sum);
}

}  // namespace tinsmith::analysis
