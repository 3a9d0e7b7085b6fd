// SPDX-License-Identifier: Apache-2.0
// Indices are compared as affine forms over the values they are made of. Two executions differ in
// the values made inside the loop whose iterations differ; its index differs by a known sign. Array
// parameters are taken to be different arrays (the launch checks that).
#include "autodiff/follow.h"

#include <map>

namespace tinsmith::autodiff {

namespace {

// sum of coefficient * value, plus constant
struct Affine {
  std::map<ValueId, int64_t> terms;
  int64_t constant = 0;

  void add(const Affine& other, int64_t factor) {
    for (auto [v, c] : other.terms)
      if ((terms[v] += factor * c) == 0) terms.erase(v);
    constant += factor * other.constant;
  }
};

class Follow {
 public:
  Follow(const Function& fn, const Structure& structure, InstId first, InstId second);
  bool possible();
  bool differ_later(BlockId body) const;

 private:
  Affine affine(ValueId v) const;
  ValueId representative(ValueId v) const;
  bool differ_now() const;
  bool differ_anywhere(BlockId body, ValueId index) const;
  bool made_in(ValueId v, BlockId body) const {
    return structure_.inside(structure_.block_of(v), body);
  }

  const Function& fn_;
  const Structure& structure_;
  InstId first_, second_;
  std::vector<Affine> first_index_, second_index_;  // per dimension
};

Follow::Follow(const Function& fn, const Structure& structure, InstId first, InstId second)
    : fn_(fn), structure_(structure), first_(first), second_(second) {
  for (ValueId v : fn.def(fn[first].operands[0])->operands) first_index_.push_back(affine(v));
  for (ValueId v : fn.def(fn[second].operands[0])->operands) second_index_.push_back(affine(v));
}

// Arguments do not change during a kernel: one value stands for all that read the same slot.
ValueId Follow::representative(ValueId v) const {
  const Inst* def = fn_.def(v);
  if (!def || (def->op != Op::Arg && def->op != Op::ArrayDim)) return v;
  for (InstId id : structure_.order())
    if (fn_[id].op == def->op && fn_[id].imm == def->imm) return fn_[id].results[0];
  return v;
}

Affine Follow::affine(ValueId v) const {
  Affine result;
  if (auto constant = as_int(fn_, v)) {
    result.constant = *constant;
    return result;
  }
  const Inst* def = fn_.def(v);
  if (def && (def->op == Op::Add || def->op == Op::Sub)) {
    result = affine(def->operands[0]);
    result.add(affine(def->operands[1]), def->op == Op::Add ? 1 : -1);
    return result;
  }
  for (size_t k = 0; def && def->op == Op::Mul && k < 2; ++k) {
    if (auto factor = as_int(fn_, def->operands[k])) {
      result.add(affine(def->operands[1 - k]), *factor);
      return result;
    }
  }
  if (def && def->op == Op::Neg) {
    result.add(affine(def->operands[0]), -1);
    return result;
  }
  result.terms[representative(v)] = 1;
  return result;
}

// In one execution of everything around both.
bool Follow::differ_now() const {
  for (size_t d = 0; d < first_index_.size(); ++d) {
    Affine difference = first_index_[d];
    difference.add(second_index_[d], -1);
    if (difference.terms.empty() && difference.constant != 0) return true;
  }
  return false;
}

// For some dimension, `index` (a parameter of `body`, or none) being different in the two
// executions makes the addresses different: c * (i - j) + k is not 0. In a sequential loop j > i.
bool Follow::differ_anywhere(BlockId body, ValueId index) const {
  bool parallel = structure_.parallel(body);
  for (size_t d = 0; d < first_index_.size(); ++d) {
    Affine difference = first_index_[d];
    difference.add(second_index_[d], -1);
    int64_t c = 0;
    bool known = true;
    for (const Affine* side : {&first_index_[d], &second_index_[d]})
      for (auto [v, factor] : side->terms) {
        if (v == index)
          c = factor;
        else
          known &= !made_in(v, body);
      }
    known &= difference.terms.empty();
    int64_t k = difference.constant;
    if (!known) continue;
    if (c == 0) {
      if (k != 0) return true;
      continue;
    }
    if (k == 0 || k % c != 0 || (!parallel && k / c < 0)) return true;
  }
  return false;
}

// In two iterations of the loop with this body, the second's being another (in a sequential loop, a
// later) one.
bool Follow::differ_later(BlockId body) const {
  const std::vector<ValueId>& indices = fn_[body].params;
  if (indices.empty()) return differ_anywhere(body, {});
  for (ValueId index : indices)
    if (!differ_anywhere(body, index)) return false;
  return true;
}

bool Follow::possible() {
  BlockId common = structure_.block_of(first_);
  while (!structure_.inside(structure_.block_of(second_), common))
    common = structure_.parent(common);
  bool after = structure_.position(structure_.holder(second_, common)) >
               structure_.position(structure_.holder(first_, common));
  if (after && !differ_now()) return true;
  for (BlockId body = common; body; body = structure_.parent(body)) {
    InstId owner = structure_.owner(body);
    if (owner && is_loop(fn_[owner].op) && !differ_later(body)) return true;
  }
  return false;
}

}  // namespace

bool may_follow(const Function& fn, const Structure& structure, InstId first, InstId second) {
  const Inst &a = *fn.def(fn[first].operands[0]), &b = *fn.def(fn[second].operands[0]);
  if (a.op != b.op || a.imm != b.imm) return false;
  return Follow(fn, structure, first, second).possible();
}

bool may_collide(const Function& fn, const Structure& structure, InstId store) {
  for (BlockId body = structure.block_of(store); body; body = structure.parent(body))
    if (structure.parallel(body)) return !Follow(fn, structure, store, store).differ_later(body);
  return false;
}

}  // namespace tinsmith::autodiff
