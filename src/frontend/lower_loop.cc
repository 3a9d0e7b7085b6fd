// SPDX-License-Identifier: Apache-2.0
// Loops. A `for` directly in the kernel's body (inlined functions and static branches included) is
// a parallel loop over a box of indices, unless ti.loop_config(serialize=True) says otherwise; any
// other is sequential. ti.static loops unroll.
#include <algorithm>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

namespace {

// Whether the loop that owns `body` is left by a break in it.
bool has_break(std::span<Stmt* const> body) {
  return std::ranges::any_of(body, [](const Stmt* s) {
    if (s->kind == StmtKind::Break) return true;
    return s->kind == StmtKind::If && (has_break(s->body) || has_break(s->orelse));
  });
}

bool names(const Expr& target, std::string_view name) {
  if (target.kind == ExprKind::Name) return target.name == name;
  if (target.kind == ExprKind::Subscript || target.kind == ExprKind::Attribute)
    return names(*target.a, name);
  return std::ranges::any_of(target.items, [&](const Expr* e) { return names(*e, name); });
}

bool assigns(std::span<Stmt* const> body, std::string_view name) {
  return std::ranges::any_of(body, [&](const Stmt* s) {
    bool stores = s->kind == StmtKind::Assign || s->kind == StmtKind::AnnAssign ||
                  s->kind == StmtKind::AugAssign;
    if (stores && std::ranges::any_of(s->targets, [&](const Expr* t) { return names(*t, name); }))
      return true;
    return assigns(s->body, name) || assigns(s->orelse, name);
  });
}

}  // namespace

void Lowering::lower_for(const Stmt& s) {
  if (!s.orelse.empty()) {
    error(Code::loop_else, s.place, "'else' clause for 'for' is not supported in a kernel");
    return;
  }
  if (const Expr* iterable = static_argument(*s.value)) return static_for(s, *iterable);
  Entity iterable = eval(*s.value);
  if (auto* range = iterable.as<RangeRef>()) return range_for(s, *range, false);
  if (auto* grouped = iterable.as<Grouped>()) {
    if (auto* range = grouped->of->as<RangeRef>()) return range_for(s, *range, true);
    return element_for(s, *grouped->of, true);
  }
  if (iterable.as<FieldRef>() || iterable.as<ArrayRef>()) return element_for(s, iterable, false);
  if (iterable.is_poison()) return;
  Diagnostic& d = error(Code::not_iterable, s.value->place,
                        describe(iterable) + " cannot be looped over at run time");
  if (iterable.as<Sequence>() || iterable.as<Opaque>() || matrix_shape(iterable))
    d.note("wrap it in ti.static(...) to unroll the loop at compile time");
  else
    d.note("loop over range(n), ti.ndrange(n, m), a field or an ndarray");
}

void Lowering::static_for(const Stmt& s, const Expr& iterable) {
  std::optional<std::vector<Entity>> items = static_items(eval(iterable), iterable.place);
  if (!items) return;
  uint32_t limit = request.options.unrolling_limit;
  if (limit && items->size() > limit)
    warning(Code::unrolling_limit, iterable.place,
            "this loop is unrolled " + std::to_string(items->size()) + " times")
        .note("more than " + std::to_string(limit) +
              " iterations make compilation slow; leave `ti.static` away if the loop need not be "
              "unrolled");
  for (const Entity& item : *items) {
    frame().loops.push_back({LoopState::Kind::Static, frame().runtime_depth});
    open_scope();
    assign_to(*s.targets[0], item, true, s.value->place);
    statements(s.body);
    close_scope(s.value->place);
    bool broke = frame().loops.back().broke;
    frame().loops.pop_back();
    if (broke || stopped()) break;
  }
}

std::optional<std::pair<ValueId, ValueId>> Lowering::bounds(const std::pair<Entity, Entity>& range,
                                                            const Place& at) {
  ValueId begin = scalar(range.first, at), end = scalar(range.second, at);
  for (ValueId* bound : {&begin, &end}) {
    if (!*bound) return std::nullopt;
    if (is_real(dtype(*bound)) || bits(dtype(*bound)) > 32)
      warning(Code::precision_loss, at,
              "the loop bound of type " + std::string(tinsmith::name(dtype(*bound))) +
                  " is converted to i32");
    *bound = cast(*bound, DType::I32);
  }
  return std::pair(begin, end);
}

void Lowering::range_for(const Stmt& s, const RangeRef& range, bool grouped) {
  LoopConfig asked = std::exchange(config, {});
  if (range.step != 1) {
    error(Code::range_arguments, s.value->place,
          "range in a kernel takes one or two arguments: no step")
        .note("multiply the index in the body, or unroll with ti.static(range(...))");
    return;
  }
  if (!check_targets(s, range.bounds->size(), grouped)) return;
  Bounds box;
  for (const auto& dim : *range.bounds) {
    auto bound = bounds(dim, s.value->place);
    if (!bound) return;
    box.push_back(*bound);
  }
  std::vector<int32_t> no_offset(box.size(), 0);
  locate(s.place);
  if (b.block() == fn.body && !asked.serialize)
    parallel_for(s, box, asked.info, grouped, range.is_ndrange, no_offset);
  else
    sequential_for(s, box, grouped, range.is_ndrange, no_offset);
}

void Lowering::element_for(const Stmt& s, const Entity& of, bool grouped) {
  LoopConfig asked = std::exchange(config, {});
  Bounds box;
  std::vector<int32_t> offset;
  size_t dims = 0;
  if (b.block() != fn.body) {
    error(Code::nested_struct_for, s.value->place,
          "struct_for cannot be nested in another loop or in an `if`")
        .note("loop over ti.ndrange(*x.shape), or ti.grouped(ti.ndrange(*x.shape)), instead");
    return;
  }
  if (auto* f = of.as<FieldRef>()) {
    if (f->handle < 0)
      return void(field_element(*f, {}, s.value->place));  // reports that it is not placed
    const Field& field = host.field(f->handle);
    dims = field.shape.size();
    offset = host.field_offset(f->handle);
    for (uint32_t n : field.shape) box.emplace_back(b.i32(0), b.i32(static_cast<int32_t>(n)));
  } else if (auto* a = of.as<ArrayRef>()) {
    dims = fn.params[a->param].ndim;
    for (uint32_t axis = 0; axis < dims; ++axis)
      box.emplace_back(
          b.i32(0), b.value(Op::ArrayDim, value_of(DType::I32), {}, ArgSlot{a->param, axis}.imm()));
  } else {
    if (!of.is_poison())
      error(Code::not_iterable, s.value->place,
            "ti.grouped needs a field, an ndarray or an ndrange, not " + describe(of));
    return;
  }
  if (!check_targets(s, dims, grouped)) return;
  offset.resize(dims, 0);
  asked.info.over_field = of.as<FieldRef>() != nullptr;
  if (dims == 0) box.emplace_back(b.i32(0), b.i32(1));
  parallel_for(s, box, asked.info, grouped, false, offset);
}

bool Lowering::check_targets(const Stmt& s, size_t dims, bool grouped) {
  const Expr& target = *s.targets[0];
  bool tuple = target.kind == ExprKind::Tuple || target.kind == ExprKind::List;
  size_t count = tuple ? target.items.size() : 1;
  size_t wanted = grouped ? 1 : dims;
  if (count != wanted || (grouped && tuple)) {
    Diagnostic& d =
        error(Code::loop_target_count, target.place,
              "this loop needs " + std::to_string(wanted) + (wanted == 1 ? " index" : " indices") +
                  ", here are " + std::to_string(count));
    if (!grouped && count == 1) d.note("ti.grouped(...) gives all indices as one vector");
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    const Expr& name = tuple ? *target.items[i] : target;
    if (name.kind != ExprKind::Name) {
      error(Code::loop_target_count, name.place, "a loop index must be a plain name");
      return false;
    }
    if (name.name != "_" && find(name.name)) {
      error(Code::loop_variable_redeclared, name.place,
            "Variable '" + std::string(name.name) +
                "' is already declared in the outer scope and cannot be used as loop variable")
          .note("give the loop index another name");
      return false;
    }
  }
  return true;
}

void Lowering::bind_targets(const Stmt& s, const std::vector<ValueId>& indices, bool grouped,
                            bool assignable) {
  const Expr& target = *s.targets[0];
  bool tuple = target.kind == ExprKind::Tuple || target.kind == ExprKind::List;
  auto bind = [&](const Expr& name, Entity value) {
    bool copied = assignable && assigns(s.body, name.name);
    if (copied) value = fresh_local(value, name.place);
    declare(name.name, std::move(value),
            copied ? Variable::Kind::Local : Variable::Kind::LoopIndex);
  };
  if (grouped) return bind(target, Matrix{{static_cast<uint32_t>(indices.size()), 1, 1}, indices});
  for (size_t i = 0; i < indices.size(); ++i)
    bind(tuple ? *target.items[i] : target, Scalar{indices[i]});
}

void Lowering::loop_body(const Stmt& s, std::vector<ValueId> indices, const LoopShape& shape) {
  for (size_t i = 0; i < indices.size(); ++i)
    if (i < shape.offset.size() && shape.offset[i] != 0)
      indices[i] = b.binary(Op::Add, indices[i], b.i32(shape.offset[i]));
  open_scope();
  ++frame().runtime_depth;
  bind_targets(s, indices, shape.grouped, shape.assignable);
  frame().loops.push_back({shape.kind, frame().runtime_depth});
  statements(s.body);
  end_block();
  frame().loops.pop_back();
  --frame().runtime_depth;
  close_scope(s.value->place);
}

void Lowering::parallel_for(const Stmt& s, const Bounds& box, const LoopInfo& info, bool grouped,
                            bool assignable, std::span<const int32_t> offset) {
  std::vector<ValueId> operands;
  for (auto [begin, end] : box) {
    operands.push_back(begin);
    operands.push_back(end);
  }
  fn.loops.push_back(info);
  InstId id = b.emit(Op::ParallelFor, operands, std::span<const Type>{}, fn.loops.size() - 1);
  BlockId body = fn[id].blocks[0];
  std::vector<ValueId> indices;
  for (size_t i = 0; i < box.size(); ++i)
    indices.push_back(fn.add_param(body, value_of(DType::I32)));
  if (offset.empty()) indices.clear();  // a 0-D field has one iteration and no index
  b.set_block(body);
  in_parallel = true;
  loop_body(s, indices, {LoopState::Kind::Parallel, grouped, assignable, offset});
  in_parallel = false;
  b.set_block(fn.body);
}

void Lowering::sequential_for(const Stmt& s, const Bounds& box, bool grouped, bool assignable,
                              std::span<const int32_t> offset) {
  BlockId before = b.block();
  LoopShape shape{LoopState::Kind::Sequential, grouped, assignable, offset};
  auto enter = [&](ValueId begin, ValueId end) {
    BlockId body = fn[b.emit(Op::For, {begin, end}, {})].blocks[0];
    b.set_block(body);
    return fn.add_param(body, value_of(DType::I32));
  };
  std::vector<ValueId> indices;
  if (box.size() > 1 && has_break(s.body)) {
    // One flat loop, so that `break` leaves every dimension.
    std::vector<ValueId> extents;
    ValueId total = b.i32(1);
    for (auto [begin, end] : box) {
      extents.push_back(b.binary(Op::Max, b.binary(Op::Sub, end, begin), b.i32(0)));
      total = b.binary(Op::Mul, total, extents.back());
    }
    ValueId rest = enter(b.i32(0), total);
    indices.resize(box.size());
    for (size_t i = box.size(); i-- > 0;) {
      ValueId digit = i ? b.binary(Op::Rem, rest, extents[i]) : rest;
      indices[i] = b.binary(Op::Add, digit, box[i].first);
      if (i) rest = b.binary(Op::Div, rest, extents[i]);
    }
    loop_body(s, indices, shape);
    b.set_block(before);
    return;
  }
  std::vector<BlockId> opened;
  for (auto [begin, end] : box) {
    indices.push_back(enter(begin, end));
    opened.push_back(b.block());
  }
  loop_body(s, indices, shape);
  for (BlockId block : opened) {
    b.set_block(block);
    end_block();
  }
  b.set_block(before);
}

void Lowering::lower_while(const Stmt& s) {
  if (!s.orelse.empty()) {
    error(Code::loop_else, s.place, "'else' clause for 'while' is not supported in a kernel");
    return;
  }
  BlockId before = b.block();
  b.set_block(fn[b.emit(Op::While, {}, {})].blocks[0]);
  open_scope();
  ++frame().runtime_depth;
  Entity condition = truth(eval(*s.value), s.value->place);
  auto* known = condition.as<Constant>();
  if (!condition.is_poison() && !(known && truth_of(*known))) {
    InstId check = b.emit(Op::If, {scalar(condition, s.value->place)}, {});
    Builder inside(fn, fn[check].blocks[0]);
    inside.loc = b.loc;
    inside.yield();
    inside.set_block(fn[check].blocks[1]);
    inside.emit(Op::Break, {}, {});
  }
  frame().loops.push_back({LoopState::Kind::Sequential, frame().runtime_depth});
  statements(s.body);
  end_block();
  frame().loops.pop_back();
  --frame().runtime_depth;
  close_scope(s.value->place);
  b.set_block(before);
}

void Lowering::set_loop_config(const Call& call) {
  for (const auto& [key, value] : call.keywords) {
    if (value.is_none()) continue;
    std::optional<Integer> number = need_integer(value, call.expr.place, "a loop option");
    if (!number) return;
    if (key == "block_dim")
      config.info.block_dim = static_cast<uint32_t>(*number);
    else if (key == "serialize")
      config.serialize = *number != 0;
    else if (key == "block_dim_adaptive")
      config.info.adaptive_block = *number != 0;
    else if (key != "parallelize" && key != "bit_vectorize")  // hints for other targets
      error(Code::bad_argument, call.expr.place, "ti.loop_config has no option '" + key + "'")
          .note("options are block_dim, serialize, parallelize, block_dim_adaptive, bit_vectorize");
  }
}

}  // namespace tinsmith::frontend
