// SPDX-License-Identifier: Apache-2.0
// Behind a branch that may jump, the rest of the block moves into `if not skipped`; what the block
// yields comes out of that, or is a zero that nothing reads.
#include "autodiff/jumps.h"

#include "support/check.h"

namespace tinsmith::autodiff {

namespace {

// Flags of the loop that is being rewritten: addresses of u1 locals.
struct Flags {
  ValueId skip, done;
};

class Jumps {
 public:
  Jumps(Function& fn, const Structure& structure, const Activity& activity)
      : fn_(fn), structure_(structure), activity_(activity), b_(fn, fn.body) {}
  void rewrite_all(BlockId block);
  bool changed = false;

 private:
  bool concerns(InstId id) const;
  void rewrite_loop(InstId id, BlockId block);
  void rewrite_while(InstId id, ValueId done);
  bool rewrite(BlockId block, const Flags& flags, std::span<const Type> yields);
  void jump(Op op, const Flags& flags, std::span<const Type> yields);
  void guard_rest(std::vector<InstId> rest, const Flags& flags, std::span<const Type> yields);
  void yield_zeros(std::span<const Type> types);
  ValueId flag();
  ValueId unless(ValueId flag) { return b_.unary(Op::Not, b_.load(flag)); }
  void raise(ValueId flag) { b_.store(flag, b_.constant_int(DType::U1, 1)); }

  Function& fn_;
  const Structure& structure_;
  const Activity& activity_;
  Builder b_;
};

bool Jumps::concerns(InstId id) const {
  Op op = fn_[id].op;
  return is_loop(op) && activity_.has_work(id) &&
         (op == Op::While || !structure_.jumps(id).empty());
}

ValueId Jumps::flag() {
  ValueId made = b_.var(DType::U1);
  b_.store(made, b_.constant_int(DType::U1, 0));
  return made;
}

// Inner loops first: each is then without jumps for the loops around it.
void Jumps::rewrite_all(BlockId block) {
  std::vector<InstId> old = std::move(fn_[block].insts);
  fn_[block].insts.clear();
  for (InstId id : old) {
    for (BlockId owned : fn_[id].blocks) rewrite_all(owned);
    b_.set_block(block);
    b_.loc = fn_[id].loc;
    if (concerns(id))
      rewrite_loop(id, block);
    else
      fn_[block].insts.push_back(id);
  }
}

void Jumps::rewrite_loop(InstId id, BlockId block) {
  changed = true;
  BlockId body = fn_[id].blocks[0];
  bool breaks = fn_[id].op == Op::While;
  for (InstId jump : structure_.jumps(id)) breaks |= fn_[jump].op == Op::Break;
  Flags flags;
  if (breaks) flags.done = flag();
  std::vector<InstId> old = std::move(fn_[body].insts);
  fn_[body].insts.clear();
  b_.set_block(body);
  flags.skip = flag();
  std::vector<InstId> head = std::move(fn_[body].insts);
  fn_[body].insts = std::move(old);
  rewrite(body, flags, {});
  fn_[body].insts.insert(fn_[body].insts.begin(), head.begin(), head.end());
  if (breaks && fn_[id].op == Op::For) {
    std::vector<InstId> all = std::move(fn_[body].insts);
    fn_[body].insts.clear();
    b_.set_block(body);
    guard_rest(std::move(all), {flags.done, flags.done}, {});
  }
  b_.set_block(block);
  if (fn_[id].op == Op::While)
    rewrite_while(id, flags.done);
  else
    fn_[block].insts.push_back(id);
}

// n = 0; while { if done break; n += 1; … }; load n
void Jumps::rewrite_while(InstId id, ValueId done) {
  BlockId block = b_.block(), body = fn_[id].blocks[0];
  ValueId count = b_.var(DType::I32);
  b_.store(count, b_.i32(0));
  fn_[block].insts.push_back(id);
  ValueId number = b_.load(count);
  static_cast<void>(number);
  std::vector<InstId> old = std::move(fn_[body].insts);
  fn_[body].insts.clear();
  b_.set_block(body);
  InstId end = b_.emit(Op::If, {b_.load(done)}, {});
  b_.set_block(fn_[end].blocks[0]);
  b_.emit(Op::Break, {}, {});
  b_.set_block(fn_[end].blocks[1]);
  b_.yield();
  b_.set_block(body);
  b_.store(count, b_.binary(Op::Add, b_.load(count), b_.i32(1)));
  fn_[body].insts.insert(fn_[body].insts.end(), old.begin(), old.end());
  b_.set_block(block);
}

// True if the block may have jumped when its end is reached.
bool Jumps::rewrite(BlockId block, const Flags& flags, std::span<const Type> yields) {
  std::vector<InstId> old = std::move(fn_[block].insts);
  fn_[block].insts.clear();
  for (size_t i = 0; i < old.size(); ++i) {
    const Inst& inst = fn_[old[i]];
    b_.set_block(block);
    b_.loc = inst.loc;
    if (inst.op == Op::Break || inst.op == Op::Continue) {
      jump(inst.op, flags, yields);
      return true;
    }
    fn_[block].insts.push_back(old[i]);
    if (inst.op != Op::If) continue;
    std::vector<Type> types;
    for (ValueId v : inst.results) types.push_back(fn_[v].type);
    bool jumped = rewrite(inst.blocks[0], flags, types);
    jumped |= rewrite(inst.blocks[1], flags, types);
    if (!jumped) continue;
    b_.set_block(block);
    guard_rest({old.begin() + static_cast<ptrdiff_t>(i) + 1, old.end()}, flags, yields);
    return true;
  }
  return false;
}

void Jumps::jump(Op op, const Flags& flags, std::span<const Type> yields) {
  if (op == Op::Break) raise(flags.done);
  raise(flags.skip);
  yield_zeros(yields);
}

void Jumps::yield_zeros(std::span<const Type> types) {
  std::vector<ValueId> zeros;
  for (Type t : types) zeros.push_back(b_.constant_int(t.dtype, 0));
  b_.yield(zeros);
}

// Ends the block with `if not skip { rest }`.
void Jumps::guard_rest(std::vector<InstId> rest, const Flags& flags, std::span<const Type> yields) {
  BlockId at = b_.block();
  ValueId go_on = unless(flags.skip);
  InstId made = b_.emit(Op::If, std::span(&go_on, 1), yields);
  fn_[fn_[made].blocks[0]].insts = std::move(rest);
  rewrite(fn_[made].blocks[0], flags, yields);
  b_.set_block(fn_[made].blocks[1]);
  yield_zeros(yields);
  b_.set_block(at);
  b_.yield(fn_[made].results);
}

}  // namespace

bool remove_jumps(Function& fn, const Structure& structure, const Activity& activity) {
  Jumps jumps(fn, structure, activity);
  jumps.rewrite_all(fn.body);
  return jumps.changed;
}

ValueId iterations(const Function& fn, const Structure& structure, InstId loop) {
  const std::vector<InstId>& insts = fn[structure.block_of(loop)].insts;
  const Inst& next = fn[insts.at(structure.position(loop) + 1)];
  TS_CHECK(next.op == Op::Load, "a while without its number of iterations");
  return next.results[0];
}

}  // namespace tinsmith::autodiff
