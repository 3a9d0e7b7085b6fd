// SPDX-License-Identifier: Apache-2.0
// Statements other than assignments and loops.
#include "frontend/lowering.h"

namespace tinsmith::frontend {

void Lowering::statements(std::span<Stmt* const> body) {
  for (const Stmt* s : body) {
    if (stopped()) return;
    statement(*s);
  }
}

void Lowering::statement(const Stmt& s) {
  muted = false;
  frame().statement = s.place;
  locate(s.place);
  switch (s.kind) {
    case StmtKind::Expr:
      discarded = s.value;
      if (s.value->kind != ExprKind::Literal) eval(*s.value);  // a docstring says nothing
      return;
    case StmtKind::Assign:
    case StmtKind::AnnAssign: return lower_assign(s);
    case StmtKind::AugAssign: return lower_aug_assign(s);
    case StmtKind::If: return lower_if(s);
    case StmtKind::For: return lower_for(s);
    case StmtKind::While: return lower_while(s);
    case StmtKind::Break:
    case StmtKind::Continue: return lower_jump(s);
    case StmtKind::Pass: return;
    case StmtKind::Return: return lower_return(s);
    case StmtKind::Assert: return lower_assert(s);
    case StmtKind::Unsupported:
      error(Code::unsupported_syntax, s.place,
            "'" + std::string(s.name) + "' is not supported in a kernel");
      return;
  }
}

bool Lowering::terminated() const {
  const std::vector<InstId>& insts = fn[b.block()].insts;
  return !insts.empty() && is_terminator(fn[insts.back()].op);
}

void Lowering::end_block() {
  if (!terminated()) b.yield();
}

bool Lowering::stopped() {
  if (terminated() || frame().returned) return true;
  if (frame().loops.empty()) return false;
  const LoopState& loop = frame().loops.back();
  return loop.broke || loop.continued;
}

void Lowering::runtime_block(BlockId block, std::span<Stmt* const> body, const Place& place) {
  BlockId before = b.block();
  b.set_block(block);
  open_scope();
  ++frame().runtime_depth;
  statements(body);
  end_block();
  --frame().runtime_depth;
  close_scope(place);
  b.set_block(before);
}

void Lowering::lower_if(const Stmt& s) {
  if (const Expr* condition = static_argument(*s.value)) {
    std::optional<bool> taken = static_truth(eval(*condition), condition->place);
    if (taken) statements(*taken ? s.body : s.orelse);
    return;
  }
  Entity condition = truth(eval(*s.value), s.value->place);
  ValueId value =
      condition.is_poison() ? b.constant_int(DType::U1, 1) : scalar(condition, s.value->place);
  locate(s.place);
  InstId id = b.emit(Op::If, {value}, {});
  runtime_block(fn[id].blocks[0], s.body, s.value->place);
  runtime_block(fn[id].blocks[1], s.orelse, s.value->place);
}

void Lowering::lower_jump(const Stmt& s) {
  bool is_break = s.kind == StmtKind::Break;
  if (frame().loops.empty()) {
    error(Code::unsupported_syntax, s.place, "there is no loop to leave here");
    return;
  }
  LoopState& loop = frame().loops.back();
  if (loop.kind == LoopState::Kind::Static) {
    if (loop.runtime_depth != frame().runtime_depth) {
      error(Code::jump_in_runtime_if, s.place,
            std::string("cannot ") + (is_break ? "break" : "continue") +
                " a static for-loop under a condition that is known at run time only")
          .note(
              "make the condition static, `if ti.static(...)`, or the loop a run-time one, "
              "`range(...)`");
      return;
    }
    (is_break ? loop.broke : loop.continued) = true;
    return;
  }
  if (loop.kind == LoopState::Kind::Parallel && is_break) {
    error(Code::break_outermost_loop, s.place, "Cannot break in the outermost loop")
        .note(
            "its iterations run in parallel; `ti.loop_config(serialize=True)` before the loop "
            "makes it run in order");
    return;
  }
  b.emit(is_break ? Op::Break : Op::Continue, {}, {});
}

void Lowering::lower_assert(const Stmt& s) {
  if (request.options.debug)
    error(Code::unsupported_feature, s.place,
          "`assert` in a kernel with debug=True is not supported")
        .note("without debug=True assertions are ignored");
}

void Lowering::lower_return(const Stmt& s) {
  Frame& f = frame();
  if (f.runtime_depth > 0) {
    error(Code::return_inside_control, s.place, "Return inside non-static if/for is not supported")
        .note("assign the result to a variable and return it at the end of the function");
    return;
  }
  Entity value = s.value ? eval(*s.value) : none();
  if (f.is_kernel)
    kernel_return(value, s);
  else
    f.result = by_value(value, s.place);
  frame().returned = true;
}

void Lowering::kernel_return(const Entity& value, const Stmt& s) {
  if (!request.returns_value) {
    if (!value.is_none() && !value.is_poison())
      error(Code::return_type_missing, s.place,
            "a kernel with a return value must be annotated with its type")
          .note("write `-> ti.f32`, say, after the parameters");
    return;
  }
  std::vector<Entity> items{value};
  if (auto* tuple = value.as<Sequence>()) items = *tuple->items;
  if (value.is_poison()) return;
  if (items.size() != request.returns.size() && request.returns.size() == 1)
    items = {value};  // a list for a vector
  if (items.size() != request.returns.size()) {
    error(Code::return_count, s.place,
          "the kernel returns " + std::to_string(request.returns.size()) + " values, here are " +
              std::to_string(items.size()));
    return;
  }
  uint32_t slot = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const ReturnItem& to = request.returns[i];
    std::optional<Rvalue> v = rvalue(items[i], s.place);
    if (!v) return;
    if (v->c.size() != to.components() || (v->shape.dims != to.element_dims)) {
      error(Code::shape_mismatch, s.value->place,
            "the kernel's return annotation wants " +
                (to.element_dims
                     ? std::to_string(to.rows) + "x" + std::to_string(to.cols) + " components"
                     : std::string("a scalar")) +
                ", this is " + describe(items[i]));
      return;
    }
    for (ValueId c : v->c) b.emit(Op::Return, {cast(c, to.dtype)}, {}, slot++);
  }
}

}  // namespace tinsmith::frontend
