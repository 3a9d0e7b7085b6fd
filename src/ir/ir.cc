// SPDX-License-Identifier: Apache-2.0
// Storage of the IR, the op table and the builder.
#include "ir/ir.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "support/check.h"

namespace tinsmith {

namespace {

constexpr auto kOps = std::to_array<OpInfo>({
#define OP(name, ...) OpInfo{__VA_ARGS__},
#include "ir/op.def"
});

}  // namespace

const OpInfo& info(Op op) { return kOps.at(static_cast<size_t>(op)); }

std::optional<Op> op_from_text(std::string_view text) {
  for (size_t i = 0; i < kOps.size(); ++i)
    if (kOps[i].text == text) return static_cast<Op>(i);
  return std::nullopt;
}

std::string text(Type type) { return (type.pointer ? "*" : "") + std::string(name(type.dtype)); }

template <class T>
std::span<T> Function::alloc(size_t n) {
  if (n == 0) return {};
  T* p = static_cast<T*>(pool_.allocate(n * sizeof(T), alignof(T)));
  std::uninitialized_default_construct_n(p, n);
  return {p, n};
}

InstId Function::create(Op op, LocId loc, std::span<const ValueId> operands,
                        std::span<const Type> results, uint64_t imm) {
  InstId id =
      insts_.add(Inst{op, loc, imm, alloc<ValueId>(operands.size()), alloc<ValueId>(results.size()),
                      alloc<BlockId>(static_cast<size_t>(info(op).blocks))});
  Inst& inst = insts_[id];
  std::ranges::copy(operands, inst.operands.begin());
  std::ranges::transform(results, inst.results.begin(), [&](Type t) {
    return values_.add(Value{t, id, {}});
  });
  std::ranges::generate(inst.blocks, [&] { return blocks_.add(); });
  return id;
}

ValueId Function::add_param(BlockId block, Type type) {
  ValueId id = values_.add(Value{type, {}, block});
  blocks_[block].params.push_back(id);
  return id;
}

InstId Builder::emit(Op op, std::span<const ValueId> operands, std::span<const Type> results,
                     uint64_t imm) {
  InstId id = fn_.create(op, loc, operands, results, imm);
  fn_[at_].insts.push_back(id);
  return id;
}

InstId Builder::emit(Op op, std::initializer_list<ValueId> operands,
                     std::initializer_list<Type> results, uint64_t imm) {
  return emit(op, std::span(operands.begin(), operands.size()),
              std::span(results.begin(), results.size()), imm);
}

ValueId Builder::value(Op op, Type type, std::span<const ValueId> operands, uint64_t imm) {
  return fn_[emit(op, operands, std::span(&type, 1), imm)].results[0];
}

ValueId Builder::value(Op op, Type type, std::initializer_list<ValueId> operands, uint64_t imm) {
  return value(op, type, std::span(operands.begin(), operands.size()), imm);
}

ValueId Builder::constant(DType type, double v) {
  return value(Op::Const, value_of(type), {}, const_bits(type, v));
}

ValueId Builder::constant_int(DType type, int64_t v) {
  return value(Op::Const, value_of(type), {}, const_bits_int(type, v));
}

ValueId Builder::unary(Op op, ValueId a) { return value(op, fn_[a].type, {a}); }

ValueId Builder::binary(Op op, ValueId a, ValueId b) { return value(op, fn_[a].type, {a, b}); }

ValueId Builder::compare(Op op, ValueId a, ValueId b) {
  return value(op, value_of(DType::U1), {a, b});
}

ValueId Builder::select(ValueId cond, ValueId a, ValueId b) {
  return value(Op::Select, fn_[a].type, {cond, a, b});
}

ValueId Builder::cast(ValueId a, DType to) {
  return fn_[a].type == value_of(to) ? a : value(Op::Cast, value_of(to), {a});
}

ValueId Builder::load(ValueId pointer) {
  return value(Op::Load, value_of(fn_[pointer].type.dtype), {pointer});
}

void Builder::store(ValueId pointer, ValueId v) { emit(Op::Store, {pointer, v}, {}); }

ValueId Builder::var(DType type, uint32_t elements) {
  return value(Op::Var, pointer_to(type), {}, elements);
}

void Builder::yield(std::span<const ValueId> values) { emit(Op::Yield, values, {}); }

uint64_t const_bits(DType type, double value) {
  if (type == DType::F64) return std::bit_cast<uint64_t>(value);
  if (is_real(type)) return std::bit_cast<uint32_t>(static_cast<float>(value));
  return const_bits_int(type, static_cast<int64_t>(value));
}

uint64_t const_bits_int(DType type, int64_t value) {
  if (is_real(type)) return const_bits(type, static_cast<double>(value));
  if (type == DType::U1) return value != 0;
  uint32_t unused = 64 - bits(type);
  uint64_t shifted = static_cast<uint64_t>(value) << unused;
  return is_signed(type) ? static_cast<uint64_t>(static_cast<int64_t>(shifted) >> unused)
                         : shifted >> unused;
}

double const_real(const Inst& inst, DType type) {
  if (type == DType::F64) return std::bit_cast<double>(inst.imm);
  if (is_real(type)) return std::bit_cast<float>(static_cast<uint32_t>(inst.imm));
  return is_signed(type) ? static_cast<double>(static_cast<int64_t>(inst.imm))
                         : static_cast<double>(inst.imm);
}

int64_t const_int(const Inst& inst, DType type) {
  TS_CHECK(is_integral(type), "const_int of a real");
  return static_cast<int64_t>(inst.imm);
}

std::optional<int64_t> as_int(const Function& fn, ValueId v) {
  const Inst* def = fn.def(v);
  DType type = fn[v].type.dtype;
  if (!def || def->op != Op::Const || is_real(type)) return std::nullopt;
  return const_int(*def, type);
}

std::optional<double> as_real(const Function& fn, ValueId v) {
  const Inst* def = fn.def(v);
  if (!def || def->op != Op::Const) return std::nullopt;
  return const_real(*def, fn[v].type.dtype);
}

}  // namespace tinsmith
