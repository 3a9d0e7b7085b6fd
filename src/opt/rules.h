// SPDX-License-Identifier: Apache-2.0
// The identities that `simplify` applies: tables of {operation, rewrite}, sorted by operation. A
// rewrite looks at one instruction and returns the value that can stand for its result, or none.
#pragma once
#include <optional>
#include <span>

#include "ir/ir.h"

namespace tinsmith::opt {

// The instruction that a rule looks at, and the means to make others, which are simplified as they
// are made.
class Site {
 public:
  // Emits `op` before the instruction, or finds the value that it comes to.
  using Emit = ValueId (*)(void* context, Op op, Type type, std::span<const ValueId> operands,
                           uint64_t imm);
  Site(const Function& fn, const Inst& at, Emit emit_op, void* context)
      : fn_(fn), inst(at), emit_(emit_op), context_(context) {}

  ValueId a() const { return inst.operands[0]; }
  ValueId b() const { return inst.operands[1]; }
  ValueId c() const { return inst.operands[2]; }
  Type type_of(ValueId v) const { return fn_[v].type; }
  DType type() const { return type_of(inst.results[0]).dtype; }
  bool integral() const { return is_integral(type()); }

  // Whether `v` is the literal `n`, of any type. Zero is either zero.
  bool is(ValueId v, double n) const { return as_real(fn_, v) == n; }
  // The bits of a literal.
  std::optional<uint64_t> literal(ValueId v) const {
    const Inst* def = fn_.def(v);
    return def && def->op == Op::Const ? std::optional(def->imm) : std::nullopt;
  }
  bool all_ones(ValueId v) const {
    return literal(v) && is_integral(type_of(v).dtype) &&
           *literal(v) == const_bits_int(type_of(v).dtype, -1);
  }
  // The operation behind `v` if it is an `op`, else nullptr.
  const Inst* def(ValueId v, Op op) const {
    const Inst* d = fn_.def(v);
    return d && d->op == op ? d : nullptr;
  }

  ValueId make(Op op, Type type, std::initializer_list<ValueId> operands) const {
    return emit_(context_, op, type, {operands.begin(), operands.size()}, 0);
  }
  ValueId make(Op op, std::initializer_list<ValueId> operands) const {
    return make(op, value_of(type()), operands);
  }
  ValueId constant(DType type, uint64_t bits) const {
    return emit_(context_, Op::Const, value_of(type), {}, bits);
  }
  ValueId number(double n) const { return constant(type(), const_bits(type(), n)); }

 private:
  const Function& fn_;

 public:
  const Inst& inst;

 private:
  Emit emit_;
  void* context_;
};

struct RewriteRule {
  Op op;
  ValueId (*rewrite)(const Site&);
};
std::span<const RewriteRule> arithmetic_rules();  // add … max, neg … round
std::span<const RewriteRule> choice_rules();      // bits, comparisons, select, casts
std::span<const RewriteRule> width_rules();       // widened integers

}  // namespace tinsmith::opt
