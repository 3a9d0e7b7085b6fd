// SPDX-License-Identifier: Apache-2.0
// The extent of each dimension is computed before the loop, the index of each dimension at the
// start of its body by division and remainder.
#include "lower/flatten.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace tinsmith::lower {

namespace {

constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

struct Axis {
  ValueId begin;
  ValueId extent;
  std::optional<int64_t> known;  // the extent, where it is a constant
};

Axis measure(Builder& b, ValueId begin, ValueId end) {
  std::optional<int64_t> from = as_int(b.fn(), begin), to = as_int(b.fn(), end);
  if (from && to) {
    int64_t cells = std::max<int64_t>(*to - *from, 0);
    return {begin, b.i32(static_cast<int32_t>(std::min(cells, kMost))), cells};
  }
  ValueId cells = from == 0 ? end : b.binary(Op::Sub, end, begin);
  return {begin, b.binary(Op::Max, cells, b.i32(0)), std::nullopt};
}

// The number of cells: a constant if all extents are.
Result<ValueId> count_cells(Builder& b, const std::vector<Axis>& axes) {
  int64_t known = 1;
  std::optional<ValueId> product;
  for (const Axis& axis : axes) {
    if (!axis.known) product = product ? b.binary(Op::Mul, *product, axis.extent) : axis.extent;
    if (axis.known) known *= *axis.known;
    if (known > kMost)
      return Failure{"kernel '" + b.fn().name + "' has a loop of more than 2147483647 iterations"};
  }
  ValueId constant = b.i32(static_cast<int32_t>(known));
  if (!product || known == 0) return constant;
  return known == 1 ? *product : b.binary(Op::Mul, *product, constant);
}

// Computes the index of every axis from the flat one, at the end of the builder's block.
std::vector<ValueId> decode(Builder& b, const std::vector<Axis>& axes, ValueId flat) {
  std::vector<ValueId> indices(axes.size());
  ValueId rest = flat;
  for (size_t i = axes.size(); i-- > 0;) {
    const Axis& axis = axes[i];
    ValueId cell = rest;
    if (i > 0) {
      cell = axis.known == 1 ? b.i32(0) : b.binary(Op::Rem, rest, axis.extent);
      rest = axis.known == 1 ? rest : b.binary(Op::Div, rest, axis.extent);
    }
    indices[i] = as_int(b.fn(), axis.begin) == 0 ? cell : b.binary(Op::Add, axis.begin, cell);
  }
  return indices;
}

void replace_uses(Function& fn, BlockId block, const SideTable<ValueId, ValueId>& replaced) {
  for (InstId id : fn[block].insts) {
    for (ValueId& operand : fn[id].operands)
      if (ValueId other = replaced.get(operand)) operand = other;
    for (BlockId inner : fn[id].blocks) replace_uses(fn, inner, replaced);
  }
}

Result<> flatten_loop(Builder& b, const Inst& loop) {
  Function& fn = b.fn();
  std::vector<Axis> axes;
  for (size_t i = 0; i + 1 < loop.operands.size(); i += 2)
    axes.push_back(measure(b, loop.operands[i], loop.operands[i + 1]));
  TS_TRY_ASSIGN(cells, count_cells(b, axes));
  ValueId begin = b.i32(0);
  InstId flat_loop = b.emit(Op::ParallelFor, {begin, cells}, {}, loop.imm);

  BlockId body = fn[flat_loop].blocks[0];
  ValueId flat = fn.add_param(body, value_of(DType::I32));
  BlockId outer = b.block();
  b.set_block(body);
  std::vector<ValueId> indices = decode(b, axes, flat);
  b.set_block(outer);

  BlockId old_body = loop.blocks[0];
  SideTable<ValueId, ValueId> replaced;
  for (size_t i = 0; i < indices.size(); ++i) replaced[fn[old_body].params[i]] = indices[i];
  replace_uses(fn, old_body, replaced);
  for (InstId id : fn[old_body].insts) fn[body].insts.push_back(id);
  return Ok{};
}

}  // namespace

Result<> flatten(Function& fn) {
  std::vector<InstId> old = std::move(fn[fn.body].insts);
  fn[fn.body].insts.clear();
  Builder b(fn, fn.body);
  for (InstId id : old) {
    const Inst& inst = fn[id];
    b.loc = inst.loc;
    if (inst.op == Op::ParallelFor && inst.operands.size() != 2) {
      TS_TRY(flatten_loop(b, inst));
    } else {
      fn[fn.body].insts.push_back(id);
    }
  }
  return Ok{};
}

}  // namespace tinsmith::lower
