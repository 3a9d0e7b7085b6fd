// SPDX-License-Identifier: Apache-2.0
// Where everything of a function stands: who owns a block, which block holds an instruction, who
// writes a local.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace tinsmith::autodiff {

// Places of the instructions reachable from the body. Good until the function changes.
class Structure {
 public:
  explicit Structure(const Function& fn);

  BlockId block_of(InstId inst) const { return at_.get(inst).block; }
  size_t position(InstId inst) const { return at_.get(inst).position; }
  InstId owner(BlockId block) const { return owner_.get(block); }  // none for the body
  // The block in which a value comes into being: of its instruction, or that it is a parameter of.
  BlockId block_of(ValueId value) const;
  // The block around the operation that owns `block`; none for the body.
  BlockId parent(BlockId block) const;
  bool inside(BlockId inner, BlockId outer) const;  // equal counts
  // The instruction of `block` that is `inst` or holds it, at whatever depth.
  InstId holder(InstId inst, BlockId block) const;
  bool parallel(BlockId block) const;  // the body of a parallel_for

  // All instructions; an owner comes before what its blocks hold.
  const std::vector<InstId>& order() const { return order_; }
  // Stores and atomics to a local.
  const std::vector<InstId>& writes(ValueId var) const;
  // Break and continue that leave or repeat this loop.
  const std::vector<InstId>& jumps(InstId loop) const;

 private:
  struct Place {
    BlockId block;
    size_t position = 0;
  };
  void walk(BlockId block, InstId loop);

  const Function& fn_;
  SideTable<InstId, Place> at_;
  SideTable<BlockId, InstId> owner_;
  std::vector<InstId> order_;
  std::map<ValueId, std::vector<InstId>> writes_;
  std::map<InstId, std::vector<InstId>> jumps_;
};

// The local, field_ptr or array_ptr behind an address: `elem` looked through.
ValueId memory_of(const Function& fn, ValueId pointer);
// One name for all addresses into the same memory: what makes them, and which local, field or
// array.
using Memory = std::pair<Op, uint64_t>;
Memory memory_at(const Function& fn, ValueId pointer);
bool is_local(const Function& fn, ValueId pointer);
// The gradient that belongs to the memory of a field_ptr or array_ptr exists.
bool has_adjoint(const Module& module, const Function& fn, ValueId pointer);
// Name of a field or parameter, for messages.
std::string memory_name(const Module& module, const Function& fn, ValueId pointer);
bool is_loop(Op op);

}  // namespace tinsmith::autodiff
