// SPDX-License-Identifier: Apache-2.0
// Atomics that no other thread can disturb become load, operation, store.
//
// In a parallel loop, a field or array has one writer an element when every access to it in the
// loop names, for each loop index, an axis in which that index stands alone: ±index + what is the
// same for all iterations. Equal elements then mean equal indices, which is to say the same thread.
// Any access that does not fit, loads included, keeps all atomics.
#include <algorithm>
#include <map>
#include <set>

#include "analysis/analysis.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

namespace tinsmith::opt {

namespace {

using analysis::Affine;
using analysis::MemoryKind;
using analysis::MemoryRef;

// Where one loop index stands in an address.
struct Seat {
  size_t axis;
  int32_t sign;
  Affine rest;  // what is added to it
  friend bool operator==(const Seat&, const Seat&) = default;
};
using Seats = std::vector<Seat>;  // one for each loop index

class DemoteAtomics {
 public:
  explicit DemoteAtomics(Function& fn) : fn_(fn), replaced_(fn) {}

  bool run() {
    for (InstId i : fn_[fn_.body].insts) top_level(fn_[i]);
    if (alone_.empty()) return false;
    rewrite(fn_.body);
    return true;
  }

 private:
  // --- Which atomics

  void top_level(const Inst& inst) {
    if (inst.op == Op::ParallelFor) return parallel(inst.blocks[0], indices_of(inst));
    if (inst.op != Op::Task || fn_.tasks[inst.imm].kind == TaskKind::Serial) return serial(inst);
    const Block& body = fn_[inst.blocks[0]];
    if (!body.params.empty()) return parallel(inst.blocks[0], body.params);
    const Inst& loop = fn_[body.insts[body.insts.size() - 2]];  // the `for` that is the range
    parallel(loop.blocks[0], fn_[loop.blocks[0]].params);
  }

  void serial(const Inst& inst) {
    if (is_atomic(inst.op)) alone_.insert(&inst);
    for (BlockId b : inst.blocks)
      for (InstId i : fn_[b].insts) serial(fn_[i]);
  }

  // The indices that tell iterations apart: not those of a dimension that has just one.
  std::vector<ValueId> indices_of(const Inst& loop) const {
    std::vector<ValueId> out;
    const auto& params = fn_[loop.blocks[0]].params;
    for (size_t d = 0; d < params.size(); ++d) {
      auto begin = as_int(fn_, loop.operands[2 * d]), end = as_int(fn_, loop.operands[2 * d + 1]);
      bool once = begin && end && *end - *begin <= 1;
      if (!once) out.push_back(params[d]);
    }
    return out;
  }

  void parallel(BlockId body, const std::vector<ValueId>& indices) {
    inside_.assign(fn_.value_count(), false);
    for (ValueId v : fn_[body].params) inside_[v.raw] = true;
    std::map<MemoryRef, std::vector<const Inst*>> accesses;
    bool any = false;
    analysis::for_each_inst(fn_, body, [&](InstId i) {
      const Inst& inst = fn_[i];
      for (ValueId v : inst.results) inside_[v.raw] = true;
      for (BlockId b : inst.blocks)
        for (ValueId v : fn_[b].params) inside_[v.raw] = true;
      bool access = inst.op == Op::Load || inst.op == Op::Store || is_atomic(inst.op);
      any |= is_atomic(inst.op);
      if (access) accesses[analysis::memory_of(fn_, inst.operands[0])].push_back(&inst);
    });
    if (!any) return;
    for (const auto& [memory, all] : accesses)
      if (has_one_writer(memory, all, indices))
        for (const Inst* inst : all)
          if (is_atomic(inst->op)) alone_.insert(inst);
  }

  bool has_one_writer(MemoryRef memory, const std::vector<const Inst*>& accesses,
                      const std::vector<ValueId>& indices) const {
    if (memory.kind == MemoryKind::Local) return inside_[memory.id];
    if (memory.kind == MemoryKind::Temp) return false;
    auto first = seats(*accesses.front(), indices);
    return first && std::ranges::all_of(accesses, [&](const Inst* access) {
             return seats(*access, indices) == first;
           });
  }

  std::optional<Seats> seats(const Inst& access, const std::vector<ValueId>& indices) const {
    const Inst& address = *fn_.def(access.operands[0]);
    std::vector<Affine> sums;
    for (ValueId v : address.operands) sums.push_back(analysis::affine(fn_, v));
    Seats out;
    for (ValueId index : indices) {
      auto seat = seat_of(index, sums);
      if (!seat) return std::nullopt;
      out.push_back(*seat);
    }
    return out;
  }

  std::optional<Seat> seat_of(ValueId index, const std::vector<Affine>& sums) const {
    for (size_t axis = 0; axis < sums.size(); ++axis) {
      Seat seat{axis, 0, sums[axis]};
      std::erase_if(seat.rest.terms, [&](const auto& term) {
        if (term.first == index) seat.sign = term.second;
        return term.first == index;
      });
      bool alone = (seat.sign == 1 || seat.sign == -1) &&
                   std::ranges::none_of(seat.rest.terms,
                                        [&](const auto& t) { return inside_[t.first.raw]; });
      if (alone) return seat;
    }
    return std::nullopt;
  }

  // --- The rewriting

  void rewrite(BlockId id) {
    std::vector<InstId> insts = std::move(fn_[id].insts);
    fn_[id].insts.clear();
    for (InstId i : insts) {
      replaced_.fix(fn_[i]);
      const Inst& inst = fn_[i];
      if (alone_.contains(&inst))
        plain(id, inst);
      else
        fn_[id].insts.push_back(i);
      for (BlockId b : inst.blocks) rewrite(b);
    }
  }

  void plain(BlockId at, const Inst& atomic) {
    Builder build(fn_, at);
    build.loc = atomic.loc;
    ValueId old = build.load(atomic.operands[0]);
    build.store(atomic.operands[0], build.binary(plain_op(atomic.op), old, atomic.operands[1]));
    if (!atomic.results.empty()) replaced_.add(atomic.results[0], old);
  }

  Function& fn_;
  std::vector<bool> inside_;     // by ValueId: differs from iteration to iteration, perhaps
  std::set<const Inst*> alone_;  // atomics to rewrite
  Replacements replaced_;
};

}  // namespace

Op plain_op(Op atomic) {
  if (atomic == Op::AtomicAdd) return Op::Add;
  if (atomic == Op::AtomicMul) return Op::Mul;
  if (atomic == Op::AtomicMin) return Op::Min;
  if (atomic == Op::AtomicMax) return Op::Max;
  if (atomic == Op::AtomicAnd) return Op::And;
  return atomic == Op::AtomicOr ? Op::Or : Op::Xor;
}

bool demote_atomics(Function& fn) { return DemoteAtomics(fn).run(); }

}  // namespace tinsmith::opt
