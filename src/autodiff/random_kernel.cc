// SPDX-License-Identifier: Apache-2.0
// See random_kernel.h.
#include "autodiff/random_kernel.h"

#include <algorithm>
#include <random>

namespace tinsmith::autodiff {

namespace {

constexpr int32_t kExtent = 5;

enum class Use : uint8_t { Any, Read, Add, Own };

struct Local {
  ValueId address;
  uint32_t elements = 1;
  bool integer = false;
  bool of_body = false;
};

class Maker {
 public:
  Maker(uint32_t seed, Module& module)
      : module_(module),
        random_(seed),
        fn_(module.kernels.emplace_back("random")),
        b_(fn_, fn_.body) {}
  void run();

 private:
  uint32_t pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  bool chance(uint32_t percent) { return pick(100) < percent; }
  void add_field(const std::string& name, DType type, bool grad);
  void region();
  void parallel();
  void statements(uint32_t count, uint32_t depth);
  void statement(uint32_t depth);
  void declare();
  void assign();
  void sum();
  void write_field();
  void branch(uint32_t depth);
  void loop(uint32_t depth);
  void while_loop(uint32_t depth);
  ValueId real(uint32_t depth);
  ValueId operation(uint32_t depth);
  ValueId read_field();
  ValueId integer(uint32_t depth);
  ValueId index();
  ValueId condition();
  ValueId address(const Local& local);
  const Local* find_local(bool integer, bool for_writing);
  ValueId field_address(uint32_t field, ValueId i);

  Module& module_;
  std::mt19937 random_;
  Function& fn_;
  Builder b_;
  std::vector<Local> locals_;
  std::vector<ValueId> indices_;  // loop indices in scope
  std::vector<Use> use_;
  ValueId own_;  // index of the parallel loop around
  bool parallel_ = false;
  uint32_t loops_ = 0;
};

void Maker::add_field(const std::string& name, DType type, bool grad) {
  auto make = [&](const std::string& n) {
    Field f;
    f.name = n;
    f.dtype = type;
    f.shape = {static_cast<uint32_t>(kExtent)};
    f.offset = static_cast<uint32_t>(module_.fields.size()) * 8 * kExtent;
    f.terms = {{0, 1, static_cast<uint32_t>(kExtent), bytes(type)}};
    f.component_offsets = {0};
    return module_.fields.add(f);
  };
  FieldId id = make(name);
  if (grad) module_.fields[id].grad = make(name + ".grad");
  use_.resize(module_.fields.size(), Use::Any);
}

void Maker::run() {
  for (const char* name : {"x", "w", "y", "z"}) add_field(name, DType::F64, true);
  add_field("c", DType::F64, false);
  add_field("n", DType::I32, false);
  for (uint32_t i = 1 + pick(4); i > 0; --i) region();
  b_.set_block(fn_.body);
  b_.yield();
}

void Maker::region() {
  if (chance(70))
    parallel();
  else
    statements(1 + pick(3), 0);
}

void Maker::parallel() {
  for (uint32_t f = 0; f < use_.size(); ++f)
    use_[f] = f == 8 || f == 9 ? Use::Read : static_cast<Use>(1 + pick(3));
  fn_.loops.push_back({});
  InstId made = b_.emit(Op::ParallelFor, {b_.i32(0), b_.i32(kExtent)}, {}, fn_.loops.size() - 1);
  BlockId at = b_.block(), body = fn_[made].blocks[0];
  own_ = fn_.add_param(body, value_of(DType::I32));
  indices_.push_back(own_);
  for (Local& local : locals_) local.of_body = true;
  b_.set_block(body);
  parallel_ = true;
  size_t kept = locals_.size();
  statements(2 + pick(5), 1);
  locals_.resize(kept);
  parallel_ = false;
  b_.yield();
  b_.set_block(at);
  indices_.pop_back();
  for (Local& local : locals_) local.of_body = false;
  std::ranges::fill(use_, Use::Any);
}

void Maker::statements(uint32_t count, uint32_t depth) {
  for (uint32_t i = 0; i < count; ++i) statement(depth);
}

void Maker::statement(uint32_t depth) {
  uint32_t kind = pick(100);
  if (kind < 20)
    declare();
  else if (kind < 40)
    assign();
  else if (kind < 52)
    sum();
  else if (kind < 75 || depth > 3)
    write_field();
  else if (kind < 87)
    branch(depth);
  else if (kind < 97)
    loop(depth);
  else
    while_loop(depth);
}

void Maker::declare() {
  if (chance(20)) {
    ValueId start = integer(2);
    locals_.push_back({b_.var(DType::I32), 1, true});
    b_.store(locals_.back().address, start);
    return;
  }
  uint32_t elements = chance(20) ? 3 : 1;
  std::vector<ValueId> starts;
  for (uint32_t i = 0; i < elements; ++i) starts.push_back(real(3));
  Local local{b_.var(DType::F64, elements), elements};
  for (uint32_t i = 0; i < elements; ++i) {
    ValueId to = elements == 1 ? local.address
                               : b_.value(Op::Elem, pointer_to(DType::F64),
                                          {local.address, b_.i32(static_cast<int32_t>(i))});
    b_.store(to, starts[i]);
  }
  locals_.push_back(local);
}

const Local* Maker::find_local(bool integer, bool for_writing) {
  std::vector<const Local*> fit;
  for (const Local& local : locals_)
    if (local.integer == integer && !(for_writing && local.of_body)) fit.push_back(&local);
  return fit.empty() ? nullptr : fit[pick(static_cast<uint32_t>(fit.size()))];
}

ValueId Maker::address(const Local& local) {
  if (local.elements == 1) return local.address;
  ValueId i = b_.binary(Op::Mod, index(), b_.i32(static_cast<int32_t>(local.elements)));
  return b_.value(Op::Elem, pointer_to(DType::F64), {local.address, i});
}

void Maker::assign() {
  bool whole = chance(25);
  const Local* local = find_local(whole, true);
  if (!local) return declare();
  ValueId value = whole ? integer(2) : real(3);
  b_.store(address(*local), value);
}

// local += value, as the frontend writes it: an atomic or a load and a store.
void Maker::sum() {
  const Local* local = find_local(false, true);
  if (!local) return declare();
  ValueId value = real(3), to = address(*local);
  if (chance(40))
    b_.emit(Op::AtomicAdd, {to, value}, {});
  else
    b_.store(to, b_.binary(chance(70) ? Op::Add : Op::Sub, b_.load(to), value));
}

ValueId Maker::field_address(uint32_t field, ValueId i) {
  return b_.value(Op::FieldPtr, pointer_to(module_.fields[FieldId{field}].dtype), {i}, field);
}

void Maker::write_field() {
  uint32_t field = 2 * pick(4);
  if (use_[field] == Use::Read) return assign();
  ValueId value = real(4);
  bool own = use_[field] == Use::Own;
  ValueId to = field_address(field, own ? own_ : index());
  if (use_[field] == Use::Add || chance(40))
    b_.emit(Op::AtomicAdd, {to, value}, {});
  else
    b_.store(to, value);
}

void Maker::branch(uint32_t depth) {
  InstId made = b_.emit(Op::If, {condition()}, {});
  BlockId at = b_.block();
  for (size_t i = 0; i < 2; ++i) {
    b_.set_block(fn_[made].blocks[i]);
    size_t kept = locals_.size();
    bool jump = false;
    if (i == 0 || chance(50)) {
      statements(1 + pick(3), depth + 1);
      if ((loops_ > 0 || parallel_) && chance(20)) {
        b_.emit(loops_ > 0 && chance(50) ? Op::Break : Op::Continue, {}, {});
        jump = true;
      }
    }
    locals_.resize(kept);
    if (!jump) b_.yield();
  }
  b_.set_block(at);
}

void Maker::loop(uint32_t depth) {
  ValueId begin = b_.i32(static_cast<int32_t>(pick(2)));
  ValueId end = chance(40) ? b_.binary(Op::Mod, integer(2), b_.i32(4))
                           : b_.i32(static_cast<int32_t>(1 + pick(3)));
  InstId made = b_.emit(Op::For, {begin, end}, {});
  BlockId at = b_.block(), body = fn_[made].blocks[0];
  indices_.push_back(fn_.add_param(body, value_of(DType::I32)));
  b_.set_block(body);
  size_t kept = locals_.size();
  ++loops_;
  statements(1 + pick(4), depth + 1);
  --loops_;
  locals_.resize(kept);
  b_.yield();
  b_.set_block(at);
  indices_.pop_back();
}

// Ends after a few rounds, or earlier by a break of its statements.
void Maker::while_loop(uint32_t depth) {
  ValueId rounds = b_.var(DType::I32);
  b_.store(rounds, b_.i32(0));
  InstId made = b_.emit(Op::While, {}, {});
  BlockId at = b_.block(), body = fn_[made].blocks[0];
  b_.set_block(body);
  ValueId now = b_.load(rounds);
  InstId end =
      b_.emit(Op::If, {b_.compare(Op::Ge, now, b_.i32(static_cast<int32_t>(1 + pick(3))))}, {});
  b_.set_block(fn_[end].blocks[0]);
  b_.emit(Op::Break, {}, {});
  b_.set_block(fn_[end].blocks[1]);
  b_.yield();
  b_.set_block(body);
  b_.store(rounds, b_.binary(Op::Add, now, b_.i32(1)));
  size_t kept = locals_.size();
  ++loops_;
  statements(1 + pick(3), depth + 1);
  --loops_;
  locals_.resize(kept);
  b_.yield();
  b_.set_block(at);
}

ValueId Maker::read_field() {
  uint32_t field = 2 * pick(5);
  bool own = use_[field] == Use::Own;
  if (use_[field] == Use::Add) field = 8;
  return b_.load(field_address(field, own ? own_ : index()));
}

ValueId Maker::real(uint32_t depth) {
  uint32_t kind = pick(100);
  if (depth > 0 && kind < 60) return operation(depth - 1);
  if (kind < 85) {
    const Local* local = find_local(false, false);
    if (local && chance(60)) return b_.load(address(*local));
    return read_field();
  }
  if (kind < 92) return b_.cast(integer(1), DType::F64);
  return b_.constant(DType::F64, 0.3 + 0.1 * pick(12));
}

ValueId Maker::operation(uint32_t depth) {
  auto one = [&] { return b_.constant(DType::F64, 1); };
  switch (pick(13)) {
    case 0: return b_.binary(Op::Sub, real(depth), real(depth));
    case 1: return b_.unary(Op::Sin, real(depth));
    case 2: return b_.unary(Op::Tanh, real(depth));
    case 3: return b_.binary(Op::Min, real(depth), real(depth));
    case 4: return b_.binary(Op::Max, real(depth), real(depth));
    case 5: return b_.select(condition(), real(depth), real(depth));
    case 6: return b_.unary(Op::Exp, b_.unary(Op::Sin, real(depth)));
    case 7: {
      ValueId v = real(depth);
      return b_.unary(Op::Sqrt, b_.binary(Op::Add, one(), b_.binary(Op::Mul, v, v)));
    }
    case 8: {
      ValueId d = b_.binary(Op::Add, b_.constant(DType::F64, 1.5), b_.unary(Op::Sin, real(depth)));
      return b_.binary(Op::Div, real(depth), d);
    }
    case 9: return b_.unary(Op::Neg, real(depth));
    case 10: return b_.binary(Op::Add, real(depth), real(depth));
    default: return b_.binary(Op::Mul, real(depth), b_.unary(Op::Sin, real(depth)));
  }
}

ValueId Maker::integer(uint32_t depth) {
  uint32_t kind = pick(100);
  if (depth > 0 && kind < 30) return b_.binary(Op::Add, integer(depth - 1), integer(depth - 1));
  if (kind < 45) {
    const Local* local = find_local(true, false);
    if (local) return b_.load(local->address);
  }
  if (kind < 55) return b_.load(field_address(9, b_.i32(static_cast<int32_t>(pick(kExtent)))));
  if (kind < 80 && !indices_.empty()) return indices_[pick(static_cast<uint32_t>(indices_.size()))];
  return b_.i32(static_cast<int32_t>(pick(kExtent)));
}

// Within bounds: small ones as they are, so that they can be told apart, others wrapped.
ValueId Maker::index() {
  if (chance(40) && own_ && parallel_) return own_;
  if (chance(50) && !indices_.empty() && indices_.back() != own_) {  // a loop's index is 0 to 3
    ValueId i = indices_.back();
    if (chance(40)) return b_.binary(Op::Add, i, b_.i32(1));
    return chance(30) ? b_.binary(Op::Sub, b_.i32(4), i) : i;
  }
  if (chance(30)) return b_.i32(static_cast<int32_t>(pick(kExtent)));
  return b_.binary(Op::Mod, integer(2), b_.i32(kExtent));
}

ValueId Maker::condition() {
  if (chance(40)) return b_.compare(Op::Lt, integer(1), b_.i32(static_cast<int32_t>(1 + pick(4))));
  return b_.compare(Op::Lt, real(2), b_.constant(DType::F64, 0.37 + 0.1 * pick(5)));
}

}  // namespace

void random_kernel(uint32_t seed, Module& module) { Maker(seed, module).run(); }

}  // namespace tinsmith::autodiff
