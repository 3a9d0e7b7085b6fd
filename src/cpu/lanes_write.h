// SPDX-License-Identifier: Apache-2.0
// Writes copies of a loop's body that do several iterations at once: one instruction for all lanes
// (vectors), and one for each row. What is the same in all lanes stays a scalar.
#pragma once
#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/IRBuilder.h>

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "cpu/lanes_shape.h"
#include "cpu/loop_atomics.h"

namespace tinsmith::cpu {

// Registers of the machine, as far as it matters here.
struct VectorUnit {
  unsigned bits = 256;  // of one register
  unsigned registers = 16;
};

// Where a copy of the body stands: the index, row and column of lane 0, in i64.
struct Cell {
  llvm::Value *index = nullptr, *row = nullptr, *column = nullptr;
};

struct LaneSettings {
  unsigned width = 1;
  VectorUnit unit;
};

class LaneWriter {
 public:
  LaneWriter(const GridLoop& grid, const llvm::Loop& loop, const llvm::LoopInfo& loops,
             const Shapes& shapes, const Columns& columns, const LaneSettings& settings);

  // Appends a copy to `block`, one cell for each row, for the lanes in `mask` (null: all), of which
  // lane 0 is one. `gathered` is what was gathered so far, a vector each, and is brought forward.
  // Returns the block in which the copy ends, open.
  llvm::BasicBlock* write(llvm::BasicBlock* block, std::span<const Cell> cells, llvm::Value* mask,
                          std::vector<llvm::Value*>& gathered);

  // All lanes of a vector as one value.
  llvm::Value* fold(llvm::IRBuilder<>& b, Gathering how, llvm::Value* vector) const;

 private:
  struct Entry {
    llvm::Value *scalar = nullptr, *vector = nullptr;
  };
  struct Open {  // a phi whose operands are not there yet
    const llvm::PHINode* phi;
    unsigned row;
    llvm::PHINode* fresh;
  };
  using Key = std::pair<const llvm::Value*, unsigned>;
  using Edge = std::pair<const llvm::BasicBlock*, const llvm::BasicBlock*>;
  using Edges = std::map<Edge, llvm::Value*>;

  // lanes_flow.cc
  llvm::BasicBlock* start_of(const llvm::BasicBlock* block);
  void write_blocks(std::span<llvm::BasicBlock* const> blocks, llvm::Value* mask);
  void write_block(llvm::BasicBlock* block);
  void write_end(llvm::BasicBlock* block);
  void write_parted(llvm::BasicBlock* block);
  void write_partial(llvm::BasicBlock* block, Edges& edges);
  void write_partial_loop(const llvm::Loop& inner, Edges& edges);
  llvm::Value* mask_of(const llvm::BasicBlock* block, const Edges& edges);
  void leave(const llvm::BasicBlock* block, Edges& edges);
  void choose(const llvm::PHINode& phi, const Edges& edges);
  void keep_across(std::span<llvm::BasicBlock* const> blocks, llvm::BasicBlock* skipped,
                   llvm::BasicBlock* done, Edges* edges);
  bool needs_guard(const llvm::BasicBlock& block) const;
  void close_phis(size_t first);  // those opened since there were `first`
  llvm::Value* any(llvm::Value* mask);
  llvm::Value* both(llvm::Value* mask, llvm::Value* condition);
  llvm::BasicBlock* new_block(const char* name);

  // lanes_value.cc
  unsigned rows_of(const llvm::Value* value) const;
  Entry& entry(const llvm::Value* value, unsigned row);
  llvm::Value* scalar(llvm::Value* value, unsigned row);
  llvm::Value* vector(llvm::Value* value, unsigned row);
  llvm::Value* steps(llvm::Type* type, int64_t stride);
  llvm::Type* wide(llvm::Type* type) const;
  void write_instruction(llvm::Instruction& inst);
  bool write_place(llvm::Instruction& inst);
  void write_row(llvm::Instruction& inst, unsigned row);
  llvm::Value* same_for_all(llvm::Instruction& inst, unsigned row);
  llvm::Value* lane_by_lane(llvm::Instruction& inst, unsigned row);
  llvm::Value* address_vector(llvm::GetElementPtrInst& gep, unsigned row);
  llvm::Value* call_vector(llvm::CallInst& call, unsigned row);
  llvm::Value* call_each(llvm::CallInst& call, unsigned row);
  llvm::Value* call_library(llvm::Function& function, llvm::Type* element,
                            std::span<llvm::Value* const> arguments);

  // lanes_memory.cc
  void mark(llvm::Value* made, const llvm::Instruction& from, unsigned row);
  bool is_contiguous(const llvm::Value* pointer, llvm::Type* element) const;
  llvm::Value* all_lanes();
  llvm::Value* load_lanes(const llvm::Instruction& from, llvm::Value* pointer, llvm::Type* element,
                          unsigned row);
  void store_lanes(const llvm::Instruction& from, llvm::Value* value, llvm::Value* pointer,
                   unsigned row);
  bool is_shared_by_rows(const llvm::CallInst& call) const;
  void write_store(llvm::StoreInst& store, unsigned row);
  void write_update(llvm::CallInst& call, unsigned row);
  llvm::Value* update_in_turn(const llvm::CallInst& call, const Update& update, bool wants_old,
                              unsigned row);
  llvm::AllocaInst* room(llvm::Type* element);

  const GridLoop& grid_;
  const llvm::Loop& loop_;
  const llvm::LoopInfo& loops_;
  const Shapes& shapes_;
  const Columns& columns_;
  const LaneSettings settings_;
  const llvm::DataLayout& layout_;
  llvm::Function& function_;
  llvm::IRBuilder<> b_;

  std::vector<llvm::Metadata*> row_scopes_;

  // Of the copy being written.
  std::span<const Cell> cells_;
  llvm::Value* mask_ = nullptr;  // of the block being written; null: all lanes
  bool is_partial_ = false;      // lane 0 may be missing in it
  llvm::BasicBlock* finish_ = nullptr;
  llvm::DenseMap<Key, Entry> values_;
  llvm::DenseMap<Key, llvm::Value*> places_;  // in i64
  llvm::DenseMap<const llvm::BasicBlock*, llvm::BasicBlock*> starts_, ends_, redirected_;
  llvm::DenseSet<const llvm::BasicBlock*> written_;
  std::map<std::pair<Key, const llvm::BasicBlock*>, llvm::Value*> merged_;
  std::vector<Open> open_;
};

// Whether the lanes can be written at all: types and operations that there are vectors for.
bool can_be_lanes(const llvm::Instruction& inst);
// Tells LLVM not to unroll the loop that this branch closes.
void keep_rolled(llvm::BranchInst& back);
// A function of glibc's vector library for this one, a name without its suffix; empty: none.
llvm::StringRef library_name(const llvm::Function& function);

}  // namespace tinsmith::cpu
