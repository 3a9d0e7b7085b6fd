// SPDX-License-Identifier: Apache-2.0
// Reductions of a range task: an atomic without a result on an address that is the same in all
// iterations, in memory that the task touches in no other way. Each invocation gathers its
// iterations in a local and brings it to memory once, at its end; on devices that run few
// invocations with many iterations each, that is most of the time of such a kernel.
#include <algorithm>
#include <limits>
#include <utility>

#include "spirv/emitter.h"

namespace tinsmith::spirv {

namespace {

constexpr size_t kMostReductions = 8;

// What a pointer points into, as far as overlap goes: a field, or a place among the temporaries.
struct Object {
  Op base;
  uint64_t imm;
  friend bool operator==(const Object&, const Object&) = default;
};

struct Use {
  Object object;
  const Inst* pointer;  // a fixed address, or nullptr
  Op op;                // the reduction, or Load for any other access
};

const Inst& base_of(const Function& fn, const Inst& pointer) {
  return pointer.op == Op::Elem ? *fn.def(pointer.operands[0]) : pointer;
}

bool is_fixed(const Function& fn, const Inst& pointer) {
  if (pointer.op != Op::FieldPtr && pointer.op != Op::TempPtr) return false;
  return std::ranges::all_of(pointer.operands,
                             [&](ValueId v) { return as_int(fn, v).has_value(); });
}

void collect(const Function& fn, BlockId block, std::vector<Use>& uses) {
  for (InstId id : fn[block].insts) {
    const Inst& inst = fn[id];
    for (BlockId inner : inst.blocks) collect(fn, inner, uses);
    if (inst.op != Op::Load && inst.op != Op::Store && !is_atomic(inst.op)) continue;
    const Inst& pointer = *fn.def(inst.operands[0]);
    const Inst& base = base_of(fn, pointer);
    bool reduces = is_atomic(inst.op) && inst.results.empty() && is_fixed(fn, pointer);
    uses.push_back(
        {{base.op, base.imm}, reduces ? &pointer : nullptr, reduces ? inst.op : Op::Load});
  }
}

bool same_address(const Function& fn, const Inst& a, const Inst& b) {
  auto value = [&](ValueId v) { return as_int(fn, v); };
  return a.op == b.op && a.imm == b.imm &&
         std::ranges::equal(a.operands, b.operands, {}, value, value);
}

// What leaves every value as it is.
uint64_t identity(Op op, DType type) {
  bool real = is_real(type);
  auto number = [&](double r, int64_t i) {
    return real ? const_bits(type, r) : const_bits_int(type, i);
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  int64_t least = is_signed(type) ? static_cast<int64_t>(~uint64_t{0} << (bits(type) - 1)) : 0;
  if (op == Op::AtomicMul) return number(1, 1);
  if (op == Op::AtomicAnd) return number(0, -1);
  if (op == Op::AtomicMin) return number(kInfinity, ~least);
  if (op == Op::AtomicMax) return number(-kInfinity, least);
  return number(0, 0);
}

}  // namespace

void Emitter::open_reductions(BlockId body) {
  std::vector<Use> uses;
  collect(fn_, body, uses);
  for (const Use& use : uses) {
    bool alone = std::ranges::all_of(uses, [&](const Use& other) {
      return other.object != use.object || (other.pointer && other.op == use.op);
    });
    if (!use.pointer || !alone || reduction_at(*use.pointer)) continue;
    if (reductions_.size() == kMostReductions) return;
    DType dtype = dtype_of(use.pointer->results[0]);
    Word start = literal(dtype, identity(use.op, dtype));
    Word local = asm_.local_variable(type(dtype));
    asm_.emit(spv::Op::OpStore, {local, start});
    reductions_.push_back({use.op, use.pointer, local, start});
  }
}

Emitter::Reduction* Emitter::reduction_at(const Inst& pointer) {
  auto found = std::ranges::find_if(
      reductions_, [&](const Reduction& r) { return same_address(fn_, *r.pointer, pointer); });
  return found == reductions_.end() ? nullptr : &*found;
}

// An invocation that gathered nothing leaves memory alone.
void Emitter::close_reductions() {
  for (const Reduction& reduction : std::exchange(reductions_, {})) {
    DType dtype = dtype_of(reduction.pointer->results[0]);
    Word gathered = asm_.value(spv::Op::OpLoad, type(dtype), {reduction.local});
    Word some = compare(Op::Ne, dtype, gathered, reduction.start);
    Word body = asm_.new_id(), merge = asm_.new_id();
    asm_.emit(spv::Op::OpSelectionMerge, {merge, 0});
    asm_.emit(spv::Op::OpBranchConditional, {some, body, merge});
    asm_.label(body);
    asm_.open_scope();
    inst(*reduction.pointer);
    Address at = addresses_.get(reduction.pointer->results[0]);
    memory_atomic(reduction.op, at, gathered, false);
    asm_.close_scope();
    asm_.branch(merge);
    asm_.label(merge);
  }
}

}  // namespace tinsmith::spirv
