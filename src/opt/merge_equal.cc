// SPDX-License-Identifier: Apache-2.0
// Value numbering over structured blocks: an operation that was computed already, in this block or
// one around it, is not computed again. A load counts as an operation of its address and of how
// often its memory has changed so far: stores, atomics, and loops and branches that hold one, make
// a new version of the memory.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "analysis/analysis.h"
#include "opt/opt.h"
#include "opt/rewrite.h"

namespace tinsmith::opt {

namespace {

using analysis::MemoryKind;
using analysis::MemoryRef;

bool is_symmetric(Op op) {
  return op == Op::Add || op == Op::Mul || op == Op::And || op == Op::Or || op == Op::Xor ||
         op == Op::Eq || op == Op::Ne;
}

// Enough of an instruction to tell whether another one computes the same.
struct Key {
  const Inst* inst;
  DType type;
  uint64_t version;  // of the memory that a load reads

  friend bool operator==(const Key& a, const Key& b) {
    const auto &x = a.inst->operands, &y = b.inst->operands;
    return a.inst->op == b.inst->op && a.inst->imm == b.inst->imm && a.type == b.type &&
           a.version == b.version &&
           (std::ranges::equal(x, y) || (is_symmetric(a.inst->op) && x[0] == y[1] && x[1] == y[0]));
  }
};

struct KeyHash {
  static uint64_t mix(uint64_t h, uint64_t v) {
    h = (h ^ v) * 0x9e3779b97f4a7c15ull;
    return h ^ (h >> 29);
  }
  size_t operator()(const Key& k) const {
    uint64_t h = mix(static_cast<uint64_t>(k.inst->op), static_cast<uint64_t>(k.type));
    h = mix(mix(h, k.inst->imm), k.version);
    uint64_t unordered = 0;
    for (ValueId v : k.inst->operands) {
      if (is_symmetric(k.inst->op))
        unordered += mix(1, v.raw);
      else
        h = mix(h, v.raw);
    }
    return static_cast<size_t>(mix(h, unordered));
  }
};

class MergeEqual {
 public:
  explicit MergeEqual(Function& fn) : fn_(fn), replaced_(fn) {}

  bool run() {
    block(fn_.body);
    return replaced_.any() && (remove_dead(fn_), true);
  }

 private:
  void block(BlockId id) {
    size_t mark = scope_.size();
    auto& insts = fn_[id].insts;
    std::vector<InstId> kept;
    for (InstId i : insts) {
      Inst& inst = fn_[i];
      replaced_.fix(inst);
      if (!merged(inst)) kept.push_back(i);
      if (!inst.blocks.empty()) inner(inst);
      if (inst.op == Op::Store || is_atomic(inst.op)) write(memory(inst));
    }
    fn_[id].insts = std::move(kept);
    for (; scope_.size() > mark; scope_.pop_back()) seen_.erase(scope_.back());
  }

  // What a block that may run again writes is new in it from its beginning. A `while` may wait for
  // another thread: nothing read before it is known inside.
  void inner(const Inst& inst) {
    if (inst.op == Op::While) ++epoch_;
    if (inst.op != Op::If)
      for (MemoryRef m : writes_in(inst)) write(m);
    for (BlockId b : inst.blocks) block(b);
  }

  std::vector<MemoryRef> writes_in(const Inst& owner) const {
    std::vector<MemoryRef> out;
    for (BlockId b : owner.blocks)
      analysis::for_each_inst(fn_, b, [&](InstId i) {
        const Inst& inst = fn_[i];
        if (inst.op == Op::Store || is_atomic(inst.op)) out.push_back(memory(inst));
      });
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  MemoryRef memory(const Inst& access) const {
    return analysis::memory_of(fn_, replaced_(access.operands[0]));
  }
  void write(MemoryRef m) { ++versions_[m]; }

  // Replaces the result of `inst` if the same has been computed; otherwise remembers it.
  bool merged(Inst& inst) {
    bool load = inst.op == Op::Load;
    bool pure = info(inst.op).effects == Effects::None;
    if ((!pure && !load) || inst.results.size() != 1) return false;
    Key key{&inst, fn_[inst.results[0]].type.dtype, load ? version(memory(inst)) : 0};
    auto [at, fresh] = seen_.emplace(key, inst.results[0]);
    if (fresh) {
      scope_.push_back(key);
      return false;
    }
    replaced_.add(inst.results[0], at->second);
    return true;
  }

  uint64_t version(MemoryRef m) { return uint64_t{versions_[m]} << 32 | epoch_; }

  Function& fn_;
  Replacements replaced_;
  std::unordered_map<Key, ValueId, KeyHash> seen_;
  std::vector<Key> scope_;
  std::map<MemoryRef, uint32_t> versions_;
  uint32_t epoch_ = 0;  // of all memory
};

}  // namespace

bool merge_equal(Function& fn) { return MergeEqual(fn).run(); }

}  // namespace tinsmith::opt
