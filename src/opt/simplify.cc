// SPDX-License-Identifier: Apache-2.0
// One forward walk: by the time an instruction is seen, its operands have been replaced already. An
// instruction is folded if its operands are literals, rewritten by the first rule that fits
// (rules_*.cc), or kept; what a rule makes goes through the same door. Ifs with a known condition
// dissolve into their block, ifs that only choose become selects.
#include <algorithm>
#include <array>
#include <utility>

#include "ir/scalar.h"
#include "opt/opt.h"
#include "opt/rewrite.h"
#include "opt/rules.h"

namespace tinsmith::opt {

namespace {

// Functions whose last bit depends on the C library: folding them would make our output depend on
// the machine.
bool is_inexact(Op op, DType type) {
  if (op == Op::Pow) return is_real(type);
  return op == Op::Atan2 || (op >= Op::Sin && op <= Op::Log);
}

class Simplifier {
 public:
  explicit Simplifier(Function& fn) : fn_(fn), replaced_(fn) {}

  bool run() {
    block(fn_.body);
    return remove_dead(fn_) || changed_;
  }

 private:
  void block(BlockId id) {
    BlockId outer = std::exchange(at_, id);
    std::vector<InstId> insts = std::move(fn_[id].insts);
    fn_[id].insts.clear();
    take(insts);
    at_ = outer;
  }

  // Moves instructions to the end of the current block. False when a break or continue came up:
  // what follows is dead.
  bool take(const std::vector<InstId>& insts) {
    for (InstId i : insts)
      if (!take(i)) return false;
    return true;
  }

  bool take(InstId i) {
    Inst& inst = fn_[i];
    replaced_.fix(inst);
    loc_ = inst.loc;
    if (inst.op == Op::If) return take_if(i);
    bool idle_loop = inst.op == Op::For && !in_task_ && never_runs(inst);
    if (idle_loop) {
      changed_ = true;
      return true;
    }
    bool outer = std::exchange(in_task_, inst.op == Op::Task);
    for (BlockId b : inst.blocks) block(b);
    in_task_ = outer;
    ValueId same = inst.results.size() == 1 ? simplified(inst) : ValueId{};
    if (same) {
      replaced_.add(inst.results[0], same);
      changed_ = true;
    } else {
      fn_[at_].insts.push_back(i);
    }
    return true;
  }

  bool never_runs(const Inst& loop) const {
    auto begin = as_int(fn_, loop.operands[0]), end = as_int(fn_, loop.operands[1]);
    return begin && end && *begin >= *end;
  }

  // --- Values

  ValueId simplified(const Inst& inst) {
    if (!is_scalar_op(inst.op)) return {};
    if (ValueId literal = folded(inst)) return literal;
    Site site(fn_, inst, emit, this);
    for (auto rules : {arithmetic_rules(), choice_rules(), width_rules()}) {
      auto mine = std::ranges::equal_range(rules, inst.op, {}, &RewriteRule::op);
      for (const RewriteRule& rule : mine)
        if (ValueId same = rule.rewrite(site)) return same;
    }
    return {};
  }

  ValueId folded(const Inst& inst) {
    std::array<uint64_t, 3> in{};
    for (size_t n = 0; n < inst.operands.size(); ++n) {
      const Inst* def = fn_.def(inst.operands[n]);
      if (!def || def->op != Op::Const) return {};
      in[n] = def->imm;
    }
    auto operands = std::span<const uint64_t>(in).first(inst.operands.size());
    DType type = fn_[inst.operands[inst.op == Op::Select ? 1 : 0]].type.dtype;
    DType result = fn_[inst.results[0]].type.dtype;
    if (is_inexact(inst.op, type) || !is_defined(inst.op, type, result, operands)) return {};
    uint64_t bits = apply(inst.op, type, result, operands);
    // The sign of a NaN differs between processors.
    bool nan = is_real(result) && apply(Op::Ne, result, DType::U1, std::to_array({bits, bits}));
    return nan ? ValueId{} : make(Op::Const, value_of(result), {}, bits);
  }

  ValueId make(Op op, Type type, std::span<const ValueId> operands, uint64_t imm) {
    InstId made = fn_.create(op, loc_, operands, {&type, 1}, imm);
    if (ValueId same = simplified(fn_[made])) return same;
    fn_[at_].insts.push_back(made);
    return fn_[made].results[0];
  }

  static ValueId emit(void* self, Op op, Type type, std::span<const ValueId> operands,
                      uint64_t imm) {
    return static_cast<Simplifier*>(self)->make(op, type, operands, imm);
  }

  // --- If

  bool take_if(InstId i) {
    Inst& inst = fn_[i];
    if (auto known = as_int(fn_, inst.operands[0])) {
      changed_ = true;
      return dissolve(inst, inst.blocks[*known ? 0 : 1]);
    }
    const Inst* cond = fn_.def(inst.operands[0]);
    if (cond && cond->op == Op::Not) {
      inst.operands[0] = cond->operands[0];
      std::swap(inst.blocks[0], inst.blocks[1]);
      changed_ = true;
    }
    bool outer = std::exchange(in_task_, false);
    for (BlockId b : inst.blocks) block(b);
    in_task_ = outer;
    fn_[at_].insts.push_back(i);
    if (!inst.results.empty()) choose(inst);
    return true;
  }

  // Puts the instructions of `taken` in the place of the `if` that owns it.
  bool dissolve(const Inst& inst, BlockId taken) {
    std::vector<InstId> insts = std::move(fn_[taken].insts);
    InstId last = insts.back();
    bool yields = fn_[last].op == Op::Yield;
    if (yields) insts.pop_back();
    if (!take(insts) || !yields) return false;
    replaced_.fix(fn_[last]);
    for (size_t n = 0; n < inst.results.size(); ++n)
      replaced_.add(inst.results[n], fn_[last].operands[n]);
    return true;
  }

  // Results for which both branches yield a value that is visible outside: the same one, or a
  // choice of two.
  void choose(const Inst& inst) {
    const Inst& then = fn_[fn_[inst.blocks[0]].insts.back()];
    const Inst& other = fn_[fn_[inst.blocks[1]].insts.back()];
    if (then.op != Op::Yield || other.op != Op::Yield) return;
    bool only_chooses =
        fn_[inst.blocks[0]].insts.size() == 1 && fn_[inst.blocks[1]].insts.size() == 1;
    for (size_t n = 0; n < inst.results.size(); ++n) {
      ValueId a = then.operands[n], b = other.operands[n];
      if (a != b && !only_chooses) continue;
      std::array<ValueId, 3> operands = {inst.operands[0], a, b};
      ValueId now = a == b ? a : make(Op::Select, fn_[a].type, operands, 0);
      replaced_.add(inst.results[n], now);
      changed_ = true;
    }
  }

  Function& fn_;
  Replacements replaced_;
  BlockId at_;
  LocId loc_;
  bool in_task_ = false;  // directly: the `for` there is the task's own
  bool changed_ = false;
};

}  // namespace

bool simplify(Function& fn) { return Simplifier(fn).run(); }

}  // namespace tinsmith::opt
