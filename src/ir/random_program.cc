// SPDX-License-Identifier: Apache-2.0
// Statements are drawn with a budget that halves with each level of nesting; operands come from a
// pool of what is visible, which shrinks again when a block ends.
#include "ir/random_program.h"

#include <array>
#include <random>

#include "ir/scalar.h"

namespace tinsmith {

namespace {

constexpr auto kTypes =
    std::to_array<DType>({DType::F32, DType::F32, DType::I32, DType::I32, DType::U1, DType::F64,
                          DType::I64, DType::U8, DType::F16, DType::U32, DType::I16});
constexpr auto kNumberOps =
    std::to_array<Op>({Op::Add, Op::Sub, Op::Mul, Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem,
                       Op::FloorDiv, Op::Mod, Op::Min, Op::Max});
constexpr auto kIntegerOps = std::to_array<Op>({Op::And, Op::Or, Op::Xor});
constexpr auto kCompareOps = std::to_array<Op>({Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq, Op::Ne});
constexpr auto kUnaryNumberOps = std::to_array<Op>({Op::Neg, Op::Abs, Op::Sign});
constexpr auto kUnaryRealOps =
    std::to_array<Op>({Op::Sqrt, Op::Floor, Op::Ceil, Op::Round, Op::Exp});
constexpr auto kAtomicOps =
    std::to_array<Op>({Op::AtomicAdd, Op::AtomicAdd, Op::AtomicMul, Op::AtomicMin, Op::AtomicMax});
constexpr auto kLiterals = std::to_array<double>({0, 1, -1, 2, 3, 0.5, -0.0, 4, 7, 100, -2.5});

class Generator {
 public:
  Generator(uint64_t seed, Module& module) : rng_(seed), module_(module) {}

  void run() {
    fields();
    fn_ = &module_.kernels.emplace_back("random");
    fn_->params = {{"n", ParamKind::Scalar, DType::I32, 1, 1, 0, 0, false},
                   {"a", ParamKind::Scalar, DType::F32, 1, 1, 0, 0, false},
                   {"m", ParamKind::Matrix, DType::F64, 2, 1, 1, 0, false},
                   {"y", ParamKind::Array, DType::F32, 2, 1, 1, 1, true}};
    fn_->returns = {{DType::F32, 1, 1, 0}, {DType::I32, 2, 1, 1}};
    at_ = fn_->body;
    inputs();
    statements(100, Place{});
    observe(0);
    for (ValueId v : locals_)
      if (fn_->def(v)->imm == 1) show(build().load(v));
    build().emit(Op::Return, {value(DType::F32)}, {}, 0);
    build().emit(Op::Return, {value(DType::I32)}, {}, 2);
    build().yield();
  }

 private:
  struct Place {
    int depth = 0;
    bool parallel = false;  // inside a parallel loop
    bool loop = false;      // break is legal here
  };

  uint64_t below(uint64_t n) { return rng_() % n; }
  bool chance(uint64_t percent) { return below(100) < percent; }
  template <class T, size_t N>
  T pick(const std::array<T, N>& all) {
    return all[below(N)];
  }

  void fields() {
    auto add = [&](std::string name, DType type, std::vector<uint32_t> shape, uint32_t rows,
                   uint32_t offset) {
      Field f;
      f.name = std::move(name);
      f.dtype = type;
      f.shape = std::move(shape);
      f.rows = rows;
      f.is_matrix = rows > 1;
      f.offset = offset;
      uint32_t stride = rows * bytes(type);
      for (size_t i = f.shape.size(); i-- > 0; stride *= f.shape[i])
        f.terms.insert(f.terms.begin(), {static_cast<uint32_t>(i), 1, f.shape[i], stride});
      for (uint32_t c = 0; c < rows; ++c) f.component_offsets.push_back(c * bytes(type));
      fields_.push_back(module_.fields.add(std::move(f)));
    };
    add("x", DType::F32, {8}, 1, 0);
    add("k", DType::I32, {4, 4}, 1, 32);
    add("v", DType::F32, {4}, 2, 96);
    add("s", DType::F64, {}, 1, 128);
    add("shown", DType::I64, {16}, 1, 136);
    shown_ = fields_.back();
    fields_.pop_back();
  }

  // Values that no pass can fold, and locals of the usual types.
  void inputs() {
    remember(build().value(Op::Arg, value_of(DType::I32), {}, ArgSlot{0, 0}.imm()));
    remember(build().value(Op::Arg, value_of(DType::F32), {}, ArgSlot{1, 0}.imm()));
    for (FieldId id : fields_) {
      const Field& f = module_.fields[id];
      std::vector<ValueId> at(f.shape.size() + f.is_matrix, build().i32(1));
      remember(build().load(build().value(Op::FieldPtr, pointer_to(f.dtype), at, id.raw)));
    }
    ValueId x = values_[1], i = values_[0];
    remember(build().compare(Op::Gt, x, build().constant(DType::F32, 0)));
    remember(build().compare(Op::Lt, i, build().i32(2)));
    for (DType type : {DType::F32, DType::I32}) locals_.push_back(build().var(type));
  }

  Builder build() { return {*fn_, at_}; }

  // --- Values

  ValueId remember(ValueId v) {
    values_.push_back(v);
    return v;
  }

  ValueId literal(DType type) {
    double n = pick(kLiterals);
    if (is_integral(type)) return build().constant_int(type, static_cast<int64_t>(n));
    return build().constant(type, n);
  }

  ValueId value(DType type) {
    for (int tries = 0; tries < 6 && !values_.empty(); ++tries) {
      ValueId v = values_[values_.size() - 1 - below(std::min<size_t>(values_.size(), 30))];
      if ((*fn_)[v].type.dtype == type) return v;
      if (tries == 5) return build().cast(v, type);
    }
    return literal(type);
  }

  // An index below `extent`, a power of two.
  ValueId index(uint32_t extent) {
    if (chance(70)) return build().i32(static_cast<int32_t>(below(extent)));
    ValueId v = value(DType::I32);
    return build().binary(Op::And, v, build().i32(static_cast<int32_t>(extent - 1)));
  }

  ValueId expression() {
    DType type = pick(kTypes);
    Builder b = build();
    uint64_t kind = below(12);
    if (type == DType::U1 && kind < 6) {
      DType of = pick(kTypes);
      ValueId x = value(of);
      return build().compare(pick(kCompareOps), x, chance(20) ? x : value(of));
    }
    if (kind < 5 && type != DType::U1) return arithmetic(type);
    if (kind < 7 && is_integral(type)) {
      ValueId x = value(type);
      return b.binary(pick(kIntegerOps), x, chance(30) ? literal(type) : value(type));
    }
    if (kind == 7 && is_integral(type) && type != DType::U1) {
      ValueId x = value(type);
      ValueId by = build().constant_int(DType::I32, static_cast<int64_t>(below(bits(type))));
      return b.binary(chance(50) ? Op::Shl : Op::Shr, x, by);
    }
    if (kind == 8) return unary(type);
    if (kind == 9) return b.cast(value(pick(kTypes)), type);
    if (kind == 10) {
      ValueId c = value(DType::U1), x = value(type);
      return b.select(c, x, value(type));
    }
    return source(type);
  }

  ValueId arithmetic(DType type) {
    Op op = pick(kNumberOps);
    ValueId x = value(type);
    ValueId y = chance(15) ? x : chance(45) ? literal(type) : value(type);
    bool divides = op == Op::Div || op == Op::Rem || op == Op::FloorDiv || op == Op::Mod;
    if (divides && is_integral(type)) {
      int64_t power = int64_t{1} << below(5);
      // Never by zero, which means nothing.
      y = chance(40) ? build().constant_int(type, power)
                     : build().binary(Op::Or, y, build().constant_int(type, 1));
    }
    return build().binary(op, x, y);
  }

  ValueId unary(DType type) {
    ValueId x = value(type);
    if (is_integral(type) && (type == DType::U1 || chance(40))) return build().unary(Op::Not, x);
    if (is_real(type) && chance(40)) return build().unary(pick(kUnaryRealOps), x);
    return build().unary(pick(kUnaryNumberOps), x);
  }

  ValueId source(DType type) {
    Builder b = build();
    switch (below(5)) {
      case 0: return b.value(Op::Arg, value_of(DType::I32), {}, ArgSlot{0, 0}.imm());
      case 1: return b.value(Op::Arg, value_of(DType::F64), {}, ArgSlot{2, 1}.imm());
      case 2: return b.value(Op::ArrayDim, value_of(DType::I32), {}, ArgSlot{3, 0}.imm());
      case 3: return chance(20) ? b.value(Op::Random, value_of(type), {}) : literal(type);
      default: return b.load(memory());
    }
  }

  // --- Memory

  // Often an address that was used already: that is what passes look at.
  ValueId memory() {
    if (!locals_.empty() && chance(60)) return local();
    if (!pointers_.empty() && chance(60)) return pointers_[below(pointers_.size())];
    pointers_.push_back(field_or_array());
    return pointers_.back();
  }

  ValueId field_or_array() {
    if (chance(25)) {
      std::array<ValueId, 2> at = {index(4), index(2)};
      bool grad = chance(50);
      return build().value(Op::ArrayPtr, pointer_to(DType::F32), at, ArgSlot{3, grad}.imm());
    }
    FieldId id = fields_[below(fields_.size())];
    const Field& f = module_.fields[id];
    std::vector<ValueId> at;
    for (uint32_t extent : f.shape) at.push_back(index(extent));
    if (f.is_matrix) at.push_back(index(f.rows));
    return build().value(Op::FieldPtr, pointer_to(f.dtype), at, id.raw);
  }

  ValueId local() {
    ValueId var = locals_[locals_.size() - 1 - below(std::min<size_t>(locals_.size(), 6))];
    auto elements = static_cast<uint32_t>(fn_->def(var)->imm);
    if (elements == 1) return var;
    ValueId at = index(elements);
    return build().value(Op::Elem, (*fn_)[var].type, {var, at});
  }

  void write() {
    ValueId p = memory();
    DType type = (*fn_)[p].type.dtype;
    ValueId v = value(type);
    if (type == DType::U1 || chance(60)) return build().store(p, v);
    std::array<ValueId, 2> operands = {p, v};
    std::array<Type, 1> result = {value_of(type)};
    bool old = chance(30);
    InstId i = build().emit(pick(kAtomicOps), std::span<const ValueId>(operands),
                            std::span<const Type>(result.data(), old ? 1 : 0));
    if (old) remember((*fn_)[i].results[0]);
  }

  // Makes a value count for the outcome.
  void show(ValueId v) {
    ValueId bits = build().cast(v, DType::I64);
    if (is_real((*fn_)[v].type.dtype)) {  // NaNs alike
      bits = build().value(Op::BitCast, value_of(DType::I64), {build().cast(v, DType::F64)});
      ValueId nan = build().compare(Op::Ne, v, v);
      bits = build().select(nan, build().constant_int(DType::I64, 1), bits);
    }
    std::array<ValueId, 1> at = {build().i32(static_cast<int32_t>(below(16)))};
    ValueId p = build().value(Op::FieldPtr, pointer_to(DType::I64), at, shown_.raw);
    // Sums of odd multiples: order matters not, cancelling does not happen.
    ValueId odd = build().constant_int(DType::I64, static_cast<int64_t>(2 * below(1000) + 1));
    build().emit(Op::AtomicAdd, {p, build().binary(Op::Mul, bits, odd)}, {});
  }

  // Some of the values that were defined since there were `first` of them.
  void observe(size_t first) {
    for (size_t n = first; n < values_.size(); ++n)
      if (chance(40)) show(values_[n]);
  }

  // --- Statements

  void statements(int budget, Place place) {
    while (budget > 0) {
      int cost = 1;
      uint64_t kind = below(20);
      if (kind < 7) {
        remember(expression());
      } else if (kind < 10) {
        remember(build().load(memory()));
      } else if (kind < 11) {
        locals_.push_back(build().var(pick(kTypes), chance(75) ? 1 : 4));
      } else if (kind < 15) {
        write();
      } else if (place.depth < 6 && budget > 4) {
        cost = budget / 2;
        control(cost, place);
      }
      budget -= cost;
    }
  }

  void control(int budget, Place place) {
    switch (below(place.depth == 0 ? 6 : 4)) {
      case 0:
      case 1: return if_else(budget, place);
      case 2: return for_loop(budget, place);
      case 3: return while_loop(budget, place);
      default: return parallel_for(budget, place);
    }
  }

  // Fills a block with statements and then `end`; what it defines is forgotten.
  template <class F>
  void inside(BlockId block, int budget, Place place, F&& end) {
    BlockId outer = std::exchange(at_, block);
    size_t values = values_.size(), locals = locals_.size(), pointers = pointers_.size();
    for (ValueId p : (*fn_)[block].params) remember(p);
    ++place.depth;
    statements(budget, place);
    observe(values);
    end();
    values_.resize(values);
    locals_.resize(locals);
    pointers_.resize(pointers);
    at_ = outer;
  }

  void if_else(int budget, Place place) {
    std::vector<Type> types;
    for (uint64_t n = chance(40) ? 1 + below(2) : 0; n > 0; --n)
      types.push_back(value_of(pick(kTypes)));
    std::array<ValueId, 1> cond = {value(DType::U1)};
    InstId i = build().emit(Op::If, std::span<const ValueId>(cond), types);
    bool leaves = (place.loop || place.parallel) && chance(40);
    for (size_t b = 0; b < 2; ++b) {
      bool leave = leaves && b == below(2);
      inside((*fn_)[i].blocks[b], b == 1 && chance(30) ? 0 : budget, place, [&] {
        std::vector<ValueId> results;
        if (leave)
          return void(build().emit(place.loop && chance(50) ? Op::Break : Op::Continue, {}, {}));
        for (Type t : types) results.push_back(value(t.dtype));
        build().yield(results);
      });
    }
    for (ValueId v : (*fn_)[i].results) remember(v);
  }

  void for_loop(int budget, Place place) {
    ValueId begin = build().i32(static_cast<int32_t>(below(2)));
    ValueId end = chance(40) ? build().value(Op::Arg, value_of(DType::I32), {}, 0)
                             : build().i32(static_cast<int32_t>(below(4)));
    InstId i = build().emit(Op::For, {begin, end}, {});
    fn_->add_param((*fn_)[i].blocks[0], value_of(DType::I32));
    place.loop = true;
    inside((*fn_)[i].blocks[0], budget, place, [&] { build().yield(); });
  }

  // Counts to a limit before anything else, so that it ends whatever its body does.
  void while_loop(int budget, Place place) {
    ValueId counter = build().var(DType::I32);
    build().store(counter, build().i32(0));
    InstId i = build().emit(Op::While, {}, {});
    BlockId outer = std::exchange(at_, (*fn_)[i].blocks[0]);
    ValueId next = build().binary(Op::Add, build().load(counter), build().i32(1));
    build().store(counter, next);
    ValueId done = build().compare(Op::Ge, next, build().i32(static_cast<int32_t>(1 + below(4))));
    InstId leave = build().emit(Op::If, {done}, {});
    Builder(*fn_, (*fn_)[leave].blocks[0]).emit(Op::Break, {}, {});
    Builder(*fn_, (*fn_)[leave].blocks[1]).yield();
    at_ = outer;
    place.loop = true;
    inside((*fn_)[i].blocks[0], budget, place, [&] { build().yield(); });
  }

  void parallel_for(int budget, Place place) {
    std::vector<ValueId> bounds;
    uint64_t dims = 1 + below(2);
    for (uint64_t d = 0; d < dims; ++d) {
      bounds.push_back(build().i32(0));
      bounds.push_back(build().i32(static_cast<int32_t>(1 + below(4))));
    }
    fn_->loops.emplace_back();
    InstId i = build().emit(Op::ParallelFor, bounds, {}, fn_->loops.size() - 1);
    for (uint64_t d = 0; d < dims; ++d) fn_->add_param((*fn_)[i].blocks[0], value_of(DType::I32));
    place.parallel = true;
    inside((*fn_)[i].blocks[0], budget, place, [&] { build().yield(); });
  }

  std::mt19937_64 rng_;
  Module& module_;
  Function* fn_ = nullptr;
  BlockId at_;
  std::vector<FieldId> fields_;
  FieldId shown_;
  std::vector<ValueId> values_, locals_, pointers_;
};

// The bytes as elements of `type`, NaNs alike.
void describe(std::string& out, std::string_view name, DType type,
              std::span<const std::byte> data) {
  out += name;
  for (size_t at = 0; at + bytes(type) <= data.size(); at += bytes(type)) {
    uint64_t v = load_scalar(type, data.data() + at);
    bool nan = is_real(type) && apply(Op::Ne, type, DType::U1, std::array{v, v});
    out += nan ? " nan" : " " + std::to_string(v);
  }
  out += "\n";
}

}  // namespace

void random_program(uint64_t seed, Module& module) { Generator(seed, module).run(); }

std::string outcome(const Module& module, uint64_t seed, const Limits& limits) {
  const Function& fn = module.kernels.front();
  std::mt19937_64 rng(seed);
  auto number = [&] { return static_cast<double>(static_cast<int64_t>(rng() % 17) - 8) * 0.75; };
  Memory memory;
  for (uint32_t id = 0; id < module.fields.size(); ++id) {
    const Field& f = module.fields[FieldId{id}];
    uint32_t cells = 1;
    for (uint32_t n : f.shape) cells *= n;
    for (uint32_t cell = 0; cell < cells; ++cell)
      for (uint32_t c = 0; c < f.components(); ++c) {
        std::vector<int32_t> at(f.shape.size());
        for (size_t axis = at.size(), rest = cell; axis-- > 0; rest /= f.shape[axis])
          at[axis] = static_cast<int32_t>(rest % f.shape[axis]);
        store_scalar(f.dtype, field_element(f, memory, at, c),
                     scalar_argument(f.dtype, number()).components[0]);
      }
  }
  std::vector<Argument> args;
  for (const Param& p : fn.params) {
    if (p.kind == ParamKind::Array) {
      args.push_back(array_argument(p, std::vector<uint32_t>(p.ndim, 4)));
      continue;
    }
    args.emplace_back();
    for (uint32_t c = 0; c < p.components(); ++c)
      args.back().components.push_back(scalar_argument(p.dtype, number()).components[0]);
  }
  auto result = evaluate(module, fn, memory, args, limits);
  if (!result) return result.failure().what.ends_with("steps") ? "" : result.failure().what;
  std::string out;
  for (uint64_t v : *result) out += std::to_string(v) + " ";
  for (uint32_t id = 0; id < module.fields.size(); ++id) {
    const Field& f = module.fields[FieldId{id}];
    uint32_t cells = f.components();
    for (uint32_t n : f.shape) cells *= n;
    std::span<const std::byte> tree = memory.trees[f.tree];
    describe(out, f.name, f.dtype, tree.subspan(f.offset, cells * bytes(f.dtype)));
  }
  for (size_t i = 0; i < args.size(); ++i) {
    describe(out, fn.params[i].name, fn.params[i].dtype, args[i].data);
    describe(out, fn.params[i].name, fn.params[i].dtype, args[i].grad);
  }
  describe(out, "seed", DType::U32, std::span(memory.temps).subspan(4096, 4));
  return out;
}

}  // namespace tinsmith
