// SPDX-License-Identifier: Apache-2.0
// IR -> facts. Computed where they are needed and thrown away when the IR changes.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ir/ir.h"

namespace tinsmith::analysis {

// How often each value is an operand of an instruction in the body.
class UseCounts {
 public:
  explicit UseCounts(const Function& fn) : counts_(fn.value_count()) {}
  uint32_t operator[](ValueId v) const { return v.raw < counts_.size() ? counts_[v.raw] : 0; }
  uint32_t& operator[](ValueId v) {
    if (v.raw >= counts_.size()) counts_.resize(v.raw + 1);
    return counts_[v.raw];
  }

 private:
  std::vector<uint32_t> counts_;
};
UseCounts count_uses(const Function& fn);

// A piece of memory that no address of another piece reaches. Arrays that are different parameters
// are taken to be different memory, as Taichi does. `id` is the field, the parameter, or the
// `var`'s value.
enum class MemoryKind : uint8_t { Local, Field, Array, ArrayGrad, Temp };
struct MemoryRef {
  MemoryKind kind = MemoryKind::Temp;
  uint32_t id = 0;
  friend auto operator<=>(MemoryRef, MemoryRef) = default;
};
// What `pointer` points into.
MemoryRef memory_of(const Function& fn, ValueId pointer);

// Calls `visit(InstId)` for every instruction of `block` and of the blocks inside, in program
// order.
template <class F>
void for_each_inst(const Function& fn, BlockId block, F&& visit) {
  for (InstId i : fn[block].insts) {
    visit(i);
    for (BlockId inner : fn[i].blocks) for_each_inst(fn, inner, visit);
  }
}

// `v` as Σ coefficient * value + constant, in i32 arithmetic that wraps. The values are the leaves
// that are no sum, difference, negation or product with a literal; none of them has coefficient 0;
// they are ordered by id.
struct Affine {
  std::vector<std::pair<ValueId, int32_t>> terms;
  int32_t constant = 0;
  friend bool operator==(const Affine&, const Affine&) = default;
};
Affine affine(const Function& fn, ValueId v);

}  // namespace tinsmith::analysis
