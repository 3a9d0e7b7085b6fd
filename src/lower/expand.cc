// SPDX-License-Identifier: Apache-2.0
// Floor division, modulo and integer powers in terms of truncating division and multiplication.
// Division by a constant power of two becomes a shift or a mask, a constant exponent a chain of
// multiplications.
#include "lower/expand.h"

#include <bit>
#include <optional>

#include "support/check.h"

namespace tinsmith::lower {

namespace {

constexpr int64_t kLongestChain = 64;

class Expander {
 public:
  explicit Expander(Function& fn) : fn_(fn), b_(fn, fn.body) {}

  void block(BlockId id) {
    std::vector<InstId> old = std::move(fn_[id].insts);
    fn_[id].insts.clear();
    BlockId outer = b_.block();
    b_.set_block(id);
    for (InstId inst_id : old) inst(inst_id);
    b_.set_block(outer);
  }

 private:
  void inst(InstId id) {
    Inst& inst = fn_[id];
    for (ValueId& operand : inst.operands)
      if (ValueId other = replaced_.get(operand)) operand = other;
    b_.loc = inst.loc;
    if (std::optional<ValueId> value = expand(inst)) {
      replaced_[inst.results[0]] = *value;
      return;
    }
    fn_[b_.block()].insts.push_back(id);
    for (BlockId inner : inst.blocks) block(inner);
  }

  std::optional<ValueId> expand(const Inst& inst) {
    if (inst.op == Op::FloorDiv) return floor_div(inst.operands[0], inst.operands[1]);
    if (inst.op == Op::Mod) return mod(inst.operands[0], inst.operands[1]);
    if (inst.op == Op::IPow) return power(inst.operands[0], inst.operands[1]);
    if (inst.op == Op::Pow && !is_real(type(inst.operands[0])))
      return power(inst.operands[0], inst.operands[1]);
    return std::nullopt;
  }

  DType type(ValueId v) const { return fn_[v].type.dtype; }
  ValueId zero_like(ValueId v) { return b_.constant_int(type(v), 0); }

  // log2 of a constant positive power of two.
  std::optional<int64_t> shift_of(ValueId v) const {
    std::optional<int64_t> n = as_int(fn_, v);
    if (!n || *n <= 0 || !std::has_single_bit(static_cast<uint64_t>(*n))) return std::nullopt;
    return std::countr_zero(static_cast<uint64_t>(*n));
  }

  // Whether truncation went the wrong way: a remainder that is not zero and has not the divisor's
  // sign.
  ValueId needs_fix(ValueId remainder, ValueId divisor) {
    ValueId zero = zero_like(remainder);
    ValueId inexact = b_.compare(Op::Ne, remainder, zero);
    ValueId apart = b_.compare(Op::Lt, b_.binary(Op::Xor, remainder, divisor), zero);
    return b_.binary(Op::And, inexact, apart);
  }

  ValueId floor_div(ValueId a, ValueId b) {
    if (is_real(type(a))) return b_.unary(Op::Floor, b_.binary(Op::Div, a, b));
    if (std::optional<int64_t> shift = shift_of(b))
      return b_.binary(Op::Shr, a, b_.constant_int(type(a), *shift));
    ValueId quotient = b_.binary(Op::Div, a, b);
    if (!is_signed(type(a))) return quotient;
    ValueId remainder = b_.binary(Op::Sub, a, b_.binary(Op::Mul, quotient, b));
    ValueId below = b_.binary(Op::Sub, quotient, b_.constant_int(type(a), 1));
    return b_.select(needs_fix(remainder, b), below, quotient);
  }

  ValueId mod(ValueId a, ValueId b) {
    if (type(a) == DType::F16)  // a difference of large halves would lose most bits
      return b_.cast(mod(b_.cast(a, DType::F32), b_.cast(b, DType::F32)), DType::F16);
    if (is_real(type(a))) return b_.binary(Op::Sub, a, b_.binary(Op::Mul, b, floor_div(a, b)));
    if (shift_of(b)) return b_.binary(Op::And, a, b_.constant_int(type(a), *as_int(fn_, b) - 1));
    ValueId remainder = b_.binary(Op::Rem, a, b);
    if (!is_signed(type(a))) return remainder;
    return b_.select(needs_fix(remainder, b), b_.binary(Op::Add, remainder, b), remainder);
  }

  ValueId power(ValueId base, ValueId exponent) {
    ValueId one = b_.constant(type(base), 1);
    std::optional<int64_t> n = as_int(fn_, exponent);
    bool short_chain = n && *n >= -kLongestChain && *n <= kLongestChain;
    ValueId result = short_chain ? chain(base, one, static_cast<uint64_t>(std::abs(*n)))
                                 : power_loop(base, one, exponent);
    if (!is_real(type(base))) return result;
    if (n) return *n < 0 ? b_.binary(Op::Div, one, result) : result;
    if (!is_signed(type(exponent))) return result;
    ValueId negative = b_.compare(Op::Lt, exponent, zero_like(exponent));
    return b_.select(negative, b_.binary(Op::Div, one, result), result);
  }

  ValueId chain(ValueId base, ValueId one, uint64_t n) {
    std::optional<ValueId> result;
    for (ValueId square = base; n; n >>= 1) {
      if (n & 1) result = result ? b_.binary(Op::Mul, *result, square) : square;
      if (n > 1) square = b_.binary(Op::Mul, square, square);
    }
    return result.value_or(one);
  }

  // result = 1; for (n = |exponent|; n != 0; n >>= 1) { if (n & 1) result *= base; base *= base; }
  ValueId power_loop(ValueId base, ValueId one, ValueId exponent) {
    DType count_type = type(exponent);
    ValueId zero = zero_like(exponent);
    ValueId bit = b_.constant_int(count_type, 1);
    ValueId result = b_.var(type(base)), square = b_.var(type(base)), left = b_.var(count_type);
    b_.store(result, one);
    b_.store(square, base);
    b_.store(left, is_signed(count_type) ? b_.unary(Op::Abs, exponent) : exponent);

    BlockId outer = b_.block();
    b_.set_block(fn_[b_.emit(Op::While, {}, {})].blocks[0]);
    ValueId n = b_.load(left);
    const BlockId* arms = branch(b_.compare(Op::Eq, n, zero));
    BlockId loop = b_.block();
    b_.set_block(arms[0]);
    b_.emit(Op::Break, {}, {});
    b_.set_block(arms[1]);
    b_.yield();
    b_.set_block(loop);
    ValueId factor = b_.load(square);
    ValueId odd = b_.compare(Op::Ne, b_.binary(Op::And, n, bit), zero);
    arms = branch(odd);
    b_.set_block(arms[0]);
    b_.store(result, b_.binary(Op::Mul, b_.load(result), factor));
    b_.yield();
    b_.set_block(arms[1]);
    b_.yield();
    b_.set_block(loop);
    b_.store(square, b_.binary(Op::Mul, factor, factor));
    b_.store(left, halve(n, bit));
    b_.yield();
    b_.set_block(outer);
    return b_.load(result);
  }

  // A logical shift: |smallest value| is negative and must run out too.
  ValueId halve(ValueId n, ValueId bit) {
    if (!is_signed(type(n))) return b_.binary(Op::Shr, n, bit);
    auto largest_value = static_cast<int64_t>(~uint64_t{0} >> (65 - bits(type(n))));
    ValueId largest = b_.constant_int(type(n), largest_value);
    return b_.binary(Op::And, b_.binary(Op::Shr, n, bit), largest);
  }

  const BlockId* branch(ValueId condition) {
    return fn_[b_.emit(Op::If, {condition}, {})].blocks.data();
  }

  Function& fn_;
  Builder b_;
  SideTable<ValueId, ValueId> replaced_;
};

}  // namespace

void expand(Function& fn) { Expander(fn).block(fn.body); }

}  // namespace tinsmith::lower
