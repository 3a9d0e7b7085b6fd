// SPDX-License-Identifier: Apache-2.0
// How the values of a loop's body differ among consecutive iterations, its lanes: not at all, by a
// constant stride, or anyhow. And among rows, where the index is a row and a column.
#pragma once
#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/PostDominators.h>
#include <llvm/IR/Instructions.h>

#include <vector>

#include "cpu/loop_find.h"

namespace tinsmith::cpu {

struct Shape {
  enum class Kind : uint8_t { Unknown, Uniform, Linear, Varying } kind = Kind::Unknown;
  int64_t stride = 0;     // Linear: value of lane 0 + lane * stride (bytes, of a pointer)
  bool may_wrap = false;  // Linear only where it is a valid address that some lane uses

  bool is_uniform() const { return kind == Kind::Uniform; }
  bool is_linear() const { return kind == Kind::Linear; }
  bool is_varying() const { return kind == Kind::Varying; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

// The index as i = row * count + column. What the body divides it by are multiples of `count`.
struct Columns {
  struct Derived {
    llvm::Instruction* inst;  // i / (factor * count) or i % (factor * count)
    uint64_t factor;
    bool is_remainder;
  };
  llvm::Value* count = nullptr;  // i32; null: one row, however long
  uint64_t constant = 0;         // count, where it is one
  std::vector<Derived> derived;
};

class Shapes {
 public:
  Shapes(const GridLoop& grid, const llvm::Loop& loop, const llvm::LoopInfo& loops,
         const llvm::PostDominatorTree& post, const Columns& columns);

  Shape of(const llvm::Value* value) const;
  bool differs_by_row(const llvm::Value* value) const { return by_row_.contains(value); }
  // In a block that only some of the lanes may run.
  bool is_partial(const llvm::BasicBlock* block) const { return partial_.contains(block); }
  // Where the lanes that part ways at the end of `block` meet again; null: they do not part.
  llvm::BasicBlock* meeting_of(const llvm::BasicBlock* block) const;
  // The blocks between, without the meeting, in order.
  std::vector<llvm::BasicBlock*> parted_by(const llvm::BasicBlock* block) const;
  const std::vector<llvm::BasicBlock*>& order() const { return order_; }
  // Lanes leave an inner loop at different times, or part ways in another manner than if and else.
  bool is_irregular() const { return irregular_; }
  // A branch differs from row to row.
  bool branches_by_row() const { return branches_by_row_; }

 private:
  Shape transfer(const llvm::Instruction& inst) const;
  Shape of_phi(const llvm::PHINode& phi) const;
  Shape of_address(const llvm::GetElementPtrInst& gep) const;
  Shape of_arithmetic(const llvm::Instruction& inst) const;
  Shape of_cast(const llvm::Instruction& inst) const;
  void part(const llvm::BasicBlock* block);
  void part_at_side_entries(const llvm::BasicBlock* block);
  void mark_rows();

  const llvm::Loop& loop_;
  const llvm::LoopInfo& loops_;
  const llvm::PostDominatorTree& post_;
  const llvm::DataLayout& layout_;
  const bool may_be_negative_;
  std::vector<llvm::BasicBlock*> order_;  // of the loop, each after its predecessors
  llvm::DenseMap<const llvm::Value*, Shape> shapes_;
  llvm::DenseSet<const llvm::Value*> seeds_, by_row_;
  llvm::DenseSet<const llvm::BasicBlock*> partial_, joins_, parting_;
  bool irregular_ = false, branches_by_row_ = false;
};

}  // namespace tinsmith::cpu
