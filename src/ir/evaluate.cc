// SPDX-License-Identifier: Apache-2.0
#include "ir/evaluate.h"

#include <algorithm>
#include <bit>
#include <deque>

#include "ir/scalar.h"
#include "ir/text.h"
#include "support/check.h"

namespace tinsmith {

namespace {

constexpr size_t kSeedWord = 4096;  // byte offset in the temporaries

// Marsaglia's xorshift128, seeded as Taichi's GPU runtime does (op.def, Random).
struct RandomState {
  uint32_t x, y = 362436069, z = 521288629, w = 88675123;
  RandomState(uint32_t thread, uint32_t seed)
      : x(1000000007u * 123456789u * (7654321u + thread) * (1234567u + 9723451u * seed)) {}

  uint32_t draw() {
    uint32_t t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >> 19) ^ t ^ (t >> 8);
    return w * 1000000007u;
  }
  uint64_t draw_as(DType type) {
    uint64_t bits32 = draw();
    uint64_t raw = bits(type) == 64 ? bits32 << 32 | draw() : bits32;
    if (type == DType::F64) return const_bits(type, static_cast<double>(raw >> 11) * 0x1p-53);
    // Rounding may reach 1, which is not in the range.
    float below_one = type == DType::F16 ? 1 - 0x1p-11f : 1 - 0x1p-24f;
    if (is_real(type)) {
      uint64_t v = const_bits(type, std::min(static_cast<float>(raw) * 0x1p-32f, below_one));
      return apply(Op::Cast, type, type, {&v, 1});  // rounds f16
    }
    return const_bits_int(type, type == DType::U1 ? raw & 1 : static_cast<int64_t>(raw));
  }
};

enum class Flow : uint8_t { Yield, Break, Continue, Stop };

class Interpreter {
 public:
  Interpreter(const Module& module, const Function& fn, Memory& memory, std::span<Argument> args,
              uint64_t steps)
      : module_(module), fn_(fn), memory_(memory), args_(args), steps_(steps) {
    values_.resize(fn.value_count());
    places_.resize(fn.value_count());
    size_t components = 0;
    for (const ReturnItem& r : fn.returns) components += r.components();
    returns_.resize(components);
  }

  Result<std::vector<uint64_t>> run() {
    for (size_t i = 0; i < fn_.params.size(); ++i)
      if (!fits(fn_.params[i], i))
        return Failure{"argument " + fn_.params[i].name + " does not fit"};
    if (memory_.temps.size() < kSeedWord + 4) return Failure{"the temporaries are too small"};
    run_block(fn_.body);
    end_task();
    if (!failure_.empty()) return Failure{"kernel @" + fn_.name + ": " + failure_};
    return std::move(returns_);
  }

 private:
  bool fits(const Param& p, size_t i) const {
    if (i >= args_.size()) return false;
    const Argument& a = args_[i];
    if (p.kind != ParamKind::Array) return a.components.size() == p.components();
    uint64_t size = uint64_t{p.components()} * bytes(p.dtype);
    for (uint32_t n : a.shape) size *= n;
    return a.shape.size() == p.ndim && a.data.size() == size &&
           (!p.needs_grad || a.grad.size() == size);
  }

  Flow stop(const Inst& inst, std::string why) {
    if (failure_.empty()) failure_ = std::string(info(inst.op).text) + ": " + std::move(why);
    return Flow::Stop;
  }

  uint64_t value(const Inst& inst, size_t n) const { return values_[inst.operands[n].raw]; }
  int32_t i32(const Inst& inst, size_t n) const { return static_cast<int32_t>(value(inst, n)); }
  DType type(ValueId v) const { return fn_[v].type.dtype; }
  void set(const Inst& inst, uint64_t v) { values_[inst.results[0].raw] = v; }
  void set_place(const Inst& inst, std::byte* at) { places_[inst.results[0].raw] = at; }

  Flow run_block(BlockId id) {
    for (InstId i : fn_[id].insts) {
      const Inst& inst = fn_[i];
      if (steps_-- == 0) return stop(inst, "too many steps");
      Flow flow = is_scalar_op(inst.op) ? scalar(inst) : run_inst(i, inst);
      if (flow != Flow::Yield || inst.op == Op::Yield) return flow;
    }
    return Flow::Yield;
  }

  Flow scalar(const Inst& inst) {
    std::array<uint64_t, 3> in{};
    for (size_t n = 0; n < inst.operands.size(); ++n) in[n] = value(inst, n);
    DType of = type(inst.operands[inst.op == Op::Select ? 1 : 0]);
    set(inst,
        apply(inst.op, of, type(inst.results[0]), std::span(in.data(), inst.operands.size())));
    return Flow::Yield;
  }

  // Everything with a place in memory, an effect or a block.
  Flow run_inst(InstId id, const Inst& inst) {
    if (is_atomic(inst.op)) return atomic(inst);
    if (inst.op == Op::Const)
      set(inst, apply(Op::Cast, type(inst.results[0]), type(inst.results[0]), {&inst.imm, 1}));
    if (inst.op == Op::Arg) set(inst, argument(inst));
    if (inst.op == Op::ArrayDim) {
      auto slot = ArgSlot::of(inst.imm);
      set(inst, args_[slot.param].shape[slot.component]);
    }
    if (inst.op == Op::Random) set(inst, draw(type(inst.results[0])));
    if (inst.op == Op::Var) set_place(inst, fresh_local(id, inst));
    if (inst.op == Op::Elem) set_place(inst, element(inst));
    if (inst.op == Op::FieldPtr) set_place(inst, field_place(inst));
    if (inst.op == Op::ArrayPtr) set_place(inst, array_place(inst));
    if (inst.op == Op::TempPtr) {
      bool inside = inst.imm + bytes(type(inst.results[0])) <= memory_.temps.size();
      set_place(inst, inside ? memory_.temps.data() + inst.imm : nullptr);
    }
    if (inst.op == Op::Load || inst.op == Op::Store) return access(inst);
    if (inst.op == Op::Return) returns_[inst.imm] = value(inst, 0);
    if (inst.op == Op::If) return if_else(inst);
    if (inst.op == Op::For) return for_loop(inst);
    if (inst.op == Op::While) return while_loop(inst);
    if (inst.op == Op::ParallelFor) return parallel_for(inst);
    if (inst.op == Op::Task) return task(inst);
    if (inst.op == Op::Break) return Flow::Break;
    if (inst.op == Op::Continue) return Flow::Continue;
    return Flow::Yield;
  }

  uint64_t argument(const Inst& inst) const {
    auto slot = ArgSlot::of(inst.imm);
    return args_[slot.param].components[slot.component];
  }

  // --- Memory

  std::byte* fresh_local(InstId id, const Inst& var) {
    auto& storage = locals_[id];
    storage.assign(var.imm * bytes(type(var.results[0])), std::byte{0});
    return storage.data();
  }

  std::byte* element(const Inst& elem) const {
    const Inst& owner = *fn_.def(elem.operands[0]);
    size_t size = bytes(type(elem.results[0]));
    size_t count = owner.op == Op::Var ? owner.imm : (memory_.temps.size() - owner.imm) / size;
    std::byte* base = places_[elem.operands[0].raw];
    int32_t i = i32(elem, 1);
    if (!base || i < 0 || static_cast<size_t>(i) >= count) return nullptr;
    return base + static_cast<size_t>(i) * size;
  }

  // The operands from the first to the `axes`-th as an index, and the one behind them as a
  // component.
  struct Index {
    std::vector<int32_t> axes;
    uint32_t component;
  };
  Index index(const Inst& inst, size_t axes) const {
    Index out{std::vector<int32_t>(axes), 0};
    for (size_t n = 0; n < axes; ++n) out.axes[n] = i32(inst, n);
    if (inst.operands.size() > axes) out.component = static_cast<uint32_t>(i32(inst, axes));
    return out;
  }

  std::byte* field_place(const Inst& inst) {
    const Field& f = module_.fields[FieldId{static_cast<uint32_t>(inst.imm)}];
    Index at = index(inst, f.shape.size());
    return field_element(f, memory_, at.axes, at.component);
  }

  std::byte* array_place(const Inst& inst) {
    auto slot = ArgSlot::of(inst.imm);
    const Param& p = fn_.params[slot.param];
    Index at = index(inst, p.ndim);
    return array_element(p, args_[slot.param], slot.component == 1, at.axes, at.component);
  }

  std::string where(ValueId pointer) const {
    const Inst& def = *fn_.def(pointer);
    std::string out = std::string(info(def.op).text);
    if (def.op == Op::FieldPtr)
      out += " @" + module_.fields[FieldId{static_cast<uint32_t>(def.imm)}].name;
    if (def.op == Op::ArrayPtr) out += " " + fn_.params[ArgSlot::of(def.imm).param].name;
    for (ValueId v : def.operands)
      if (!fn_[v].type.pointer) out += " " + std::to_string(static_cast<int64_t>(values_[v.raw]));
    return out + " is out of bounds";
  }

  Flow access(const Inst& inst) {
    ValueId pointer = inst.operands[0];
    std::byte* at = places_[pointer.raw];
    if (!at) return stop(inst, where(pointer));
    if (inst.op == Op::Load)
      set(inst, load_scalar(type(pointer), at));
    else
      store_scalar(type(pointer), at, value(inst, 1));
    return Flow::Yield;
  }

  Flow atomic(const Inst& inst) {
    ValueId pointer = inst.operands[0];
    std::byte* at = places_[pointer.raw];
    if (!at) return stop(inst, where(pointer));
    DType t = type(pointer);
    uint64_t old = load_scalar(t, at);
    if (!inst.results.empty()) set(inst, old);
    Op op = static_cast<Op>(0);
    for (auto [atomic_op, plain] : {std::pair{Op::AtomicAdd, Op::Add},
                                    {Op::AtomicMul, Op::Mul},
                                    {Op::AtomicMin, Op::Min},
                                    {Op::AtomicMax, Op::Max},
                                    {Op::AtomicAnd, Op::And},
                                    {Op::AtomicOr, Op::Or},
                                    {Op::AtomicXor, Op::Xor}})
      if (atomic_op == inst.op) op = plain;
    store_scalar(t, at, apply(op, t, t, std::array{old, value(inst, 1)}));
    return Flow::Yield;
  }

  // --- Control

  // Copies what a block yields to the results of its owner.
  Flow if_else(const Inst& inst) {
    BlockId taken = inst.blocks[value(inst, 0) ? 0 : 1];
    Flow flow = run_block(taken);
    if (flow != Flow::Yield) return flow;
    const Inst& end = fn_[fn_[taken].insts.back()];
    for (size_t n = 0; n < inst.results.size(); ++n) values_[inst.results[n].raw] = value(end, n);
    return Flow::Yield;
  }

  Flow for_loop(const Inst& inst) {
    ValueId index = fn_[inst.blocks[0]].params[0];
    int64_t end = i32(inst, 1);
    for (int64_t i = i32(inst, 0); i < end; ++i) {
      if (steps_-- == 0) return stop(inst, "too many steps");
      values_[index.raw] = static_cast<uint64_t>(i);
      Flow flow = run_block(inst.blocks[0]);
      if (flow == Flow::Stop) return flow;
      if (flow == Flow::Break) break;
    }
    return Flow::Yield;
  }

  Flow while_loop(const Inst& inst) {
    for (;;) {
      if (steps_-- == 0) return stop(inst, "too many steps");
      Flow flow = run_block(inst.blocks[0]);
      if (flow == Flow::Stop) return flow;
      if (flow == Flow::Break) return Flow::Yield;
    }
  }

  Flow parallel_for(const Inst& inst) {
    end_task();  // of the statements before
    const auto& params = fn_[inst.blocks[0]].params;
    std::vector<int64_t> begin, end;
    for (size_t d = 0; d < params.size(); ++d) {
      begin.push_back(i32(inst, 2 * d));
      end.push_back(i32(inst, 2 * d + 1));
      if (begin[d] >= end[d]) return Flow::Yield;
    }
    std::vector<int64_t> at = begin;
    for (uint32_t thread = 0;; ++thread) {
      if (steps_-- == 0) return stop(inst, "too many steps");
      for (size_t d = 0; d < at.size(); ++d) values_[params[d].raw] = static_cast<uint64_t>(at[d]);
      if (iteration(inst.blocks[0], thread) == Flow::Stop) return Flow::Stop;
      size_t d = at.size();
      while (d > 0 && ++at[d - 1] == end[d - 1]) --d, at[d] = begin[d];
      if (d == 0) break;
    }
    end_task();
    return Flow::Yield;
  }

  Flow task(const Inst& inst) {
    const TaskInfo& t = fn_.tasks[inst.imm];
    Flow flow = Flow::Yield;
    if (t.kind == TaskKind::Serial) {
      flow = iteration(inst.blocks[0], 0);
    } else if (fn_[inst.blocks[0]].params.empty()) {
      flow = shaped_task(inst.blocks[0]);
    } else {
      auto bound = [&](bool constant, int32_t v) -> int64_t {
        if (constant) return v;
        return static_cast<int32_t>(load_scalar(DType::I32, memory_.temps.data() + v));
      };
      int64_t begin = bound(t.const_begin, t.begin), end = bound(t.const_end, t.end);
      for (int64_t i = begin; i < end && flow != Flow::Stop; ++i) {
        values_[fn_[inst.blocks[0]].params[0].raw] = static_cast<uint64_t>(i);
        flow = iteration(inst.blocks[0], static_cast<uint32_t>(i - begin));
      }
    }
    end_task();
    return flow == Flow::Stop ? flow : Flow::Yield;
  }

  // A range task that computes its bounds: the iterations are those of its one loop.
  Flow shaped_task(BlockId block) {
    for (InstId id : fn_[block].insts) {
      const Inst& inst = fn_[id];
      if (inst.op != Op::For) {
        if (Flow flow = is_scalar_op(inst.op) ? scalar(inst) : run_inst(id, inst);
            flow == Flow::Stop || inst.op == Op::Yield)
          return flow;
        continue;
      }
      int64_t begin = i32(inst, 0), end = i32(inst, 1);
      for (int64_t i = begin; i < end; ++i) {
        values_[fn_[inst.blocks[0]].params[0].raw] = static_cast<uint64_t>(i);
        Flow flow = iteration(inst.blocks[0], static_cast<uint32_t>(i - begin));
        if (flow == Flow::Stop) return flow;
      }
    }
    return Flow::Yield;
  }

  Flow iteration(BlockId body, uint32_t thread) {
    thread_ = thread;
    random_.reset();
    return run_block(body);
  }

  // --- Random numbers

  uint32_t seed() const {
    return static_cast<uint32_t>(load_scalar(DType::U32, memory_.temps.data() + kSeedWord));
  }

  uint64_t draw(DType as) {
    if (!random_) random_.emplace(thread_, seed());
    drew_ = true;
    return random_->draw_as(as);
  }

  void end_task() {
    if (drew_) store_scalar(DType::U32, memory_.temps.data() + kSeedWord, seed() + 1);
    drew_ = false;
    thread_ = 0;
    random_.reset();
  }

  const Module& module_;
  const Function& fn_;
  Memory& memory_;
  std::span<Argument> args_;
  uint64_t steps_;
  std::vector<uint64_t> values_;
  std::vector<std::byte*> places_;
  SideTable<InstId, std::vector<std::byte>> locals_;
  std::vector<uint64_t> returns_;
  std::optional<RandomState> random_;
  uint32_t thread_ = 0;
  bool drew_ = false;
  std::string failure_;
};

uint64_t bytes_needed(const Field& f) {
  uint64_t last = 0;
  for (const AddressTerm& t : f.terms) last += uint64_t{t.extent - 1} * t.stride;
  return f.offset + last + *std::ranges::max_element(f.component_offsets) + bytes(f.dtype);
}

}  // namespace

Argument scalar_argument(DType type, double value) {
  return {{apply(Op::Cast, DType::F64, type, std::to_array({const_bits(DType::F64, value)}))},
          {},
          {},
          {}};
}

Argument array_argument(const Param& param, std::vector<uint32_t> shape) {
  size_t size = size_t{param.components()} * bytes(param.dtype);
  for (uint32_t n : shape) size *= n;
  std::vector<std::byte> zeros(size);
  return {{}, std::move(shape), zeros, param.needs_grad ? zeros : std::vector<std::byte>{}};
}

Result<std::vector<uint64_t>> evaluate(const Module& module, const Function& fn, Memory& memory,
                                       std::span<Argument> arguments, const Limits& limits) {
  for (uint32_t i = 0; i < module.fields.size(); ++i) {
    const Field& f = module.fields[FieldId{i}];
    auto& tree = memory.trees[f.tree];
    tree.resize(std::max<size_t>(tree.size(), bytes_needed(f)));
  }
  return Interpreter(module, fn, memory, arguments, limits.steps).run();
}

std::byte* field_element(const Field& field, Memory& memory, std::span<const int32_t> index,
                         uint32_t component) {
  if (component >= field.components()) return nullptr;
  for (size_t axis = 0; axis < index.size(); ++axis)
    if (index[axis] < 0 || static_cast<uint32_t>(index[axis]) >= field.shape[axis]) return nullptr;
  uint64_t at = field.offset + field.component_offsets[component];
  for (const AddressTerm& t : field.terms)
    at += uint64_t{static_cast<uint32_t>(index[t.axis]) / t.divisor % t.extent} * t.stride;
  auto& tree = memory.trees[field.tree];
  tree.resize(std::max<size_t>(tree.size(), bytes_needed(field)));
  return tree.data() + at;
}

std::byte* array_element(const Param& param, Argument& argument, bool grad,
                         std::span<const int32_t> index, uint32_t component) {
  if (component >= param.components()) return nullptr;
  uint64_t at = 0;
  for (size_t axis = 0; axis < index.size(); ++axis) {
    if (index[axis] < 0 || static_cast<uint32_t>(index[axis]) >= argument.shape[axis])
      return nullptr;
    at = at * argument.shape[axis] + static_cast<uint32_t>(index[axis]);
  }
  auto& bytes_of = grad ? argument.grad : argument.data;
  return bytes_of.data() + (at * param.components() + component) * bytes(param.dtype);
}

double field_value(const Field& field, Memory& memory, std::initializer_list<int32_t> index,
                   uint32_t component) {
  const std::byte* at = field_element(field, memory, {index.begin(), index.size()}, component);
  TS_CHECK(at, "no such element of " + field.name);
  uint64_t bits = load_scalar(field.dtype, at);
  return std::bit_cast<double>(apply(Op::Cast, field.dtype, DType::F64, {&bits, 1}));
}

void set_field_value(const Field& field, Memory& memory, std::initializer_list<int32_t> index,
                     double value, uint32_t component) {
  std::byte* at = field_element(field, memory, {index.begin(), index.size()}, component);
  TS_CHECK(at, "no such element of " + field.name);
  store_scalar(field.dtype, at, scalar_argument(field.dtype, value).components[0]);
}

}  // namespace tinsmith
