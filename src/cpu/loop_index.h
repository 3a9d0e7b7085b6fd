// SPDX-License-Identifier: Apache-2.0
// Index arithmetic of a grid-stride loop: what is computed in 32 bits is shown not to wrap, and is
// done in 64, as sums of products that LLVM and `lanes` can read.
#pragma once
#include <llvm/ADT/DenseMap.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Function.h>

namespace tinsmith::cpu {

// Bounds of integers, as numbers and not as bits; in double, which is exact where it matters.
struct Range {
  double least, greatest;
};

// Ranges of i32 values: constants, the loop's index as told, counters of inner loops, what is
// computed from them.
class Ranges {
 public:
  explicit Ranges(const llvm::LoopInfo& loops) : loops_(loops) {}
  void set(const llvm::Value* value, Range range) { known_[value] = range; }
  Range of(const llvm::Value* value, unsigned depth = 0) const;

 private:
  Range of_counter(const llvm::PHINode& phi) const;

  const llvm::LoopInfo& loops_;
  llvm::DenseMap<const llvm::Value*, Range> known_;
};

// Whether `inst` is what is left of (x << 2) >> 2 and its like: an `and` that changes nothing where
// x is a valid word number.
bool keeps_word_number(const llvm::Instruction& inst, const llvm::DataLayout& layout);

// Replaces extensions to i64 of sums and products whose range is known, and makes signed division
// of what is not negative unsigned. An index of an element of two bytes or more, where it is valid,
// is below 2^31: there a sum may be negative in iterations that do not use it.
void widen_indices(llvm::Function& function, const Ranges& ranges);

}  // namespace tinsmith::cpu
