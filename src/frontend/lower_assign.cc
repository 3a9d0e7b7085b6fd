// SPDX-License-Identifier: Apache-2.0
// Assignments. The first assignment to a name in a scope declares a local of the value's type;
// later ones convert to it. Matrices are values: assigning copies. `+= -= &= |= ^=` on memory that
// other iterations see are atomic.
#include "frontend/lowering.h"

namespace tinsmith::frontend {

void Lowering::lower_assign(const Stmt& s) {
  if (!s.value) {
    error(Code::unsupported_syntax, s.place, "a declaration needs a value")
        .note("a local variable gets its type from the first value assigned to it");
    return;
  }
  const Expr* aliased = static_argument(*s.value);
  Entity value = eval(aliased ? *aliased : *s.value);
  if (s.annotation) {
    Entity type = eval(*s.annotation);
    auto* t = type.as<TypeRef>();
    if (type.as<BuiltinRef>())  // int, float, bool
      value = call(type, {*s.value, {value}, {}});
    else if (t && t->shape.dims == 0 && t->dtype && !value.is_poison()) {
      if (auto v = rvalue(value, s.value->place)) value = entity(cast(*v, *t->dtype));
    } else if (!type.is_poison() && !t)
      error(Code::bad_argument, s.annotation->place,
            "the annotation of a variable must be a scalar type");
  }
  bool many = s.targets.size() > 1 || s.targets[0]->kind == ExprKind::Tuple ||
              s.targets[0]->kind == ExprKind::List;
  if (many && !aliased) value = by_value(value, s.value->place);
  for (const Expr* target : s.targets)
    assign_to(*target, value, aliased != nullptr, s.value->place);
}

void Lowering::assign_to(const Expr& target, const Entity& value, bool is_static, const Place& at) {
  if (target.kind == ExprKind::Tuple || target.kind == ExprKind::List)
    return unpack(target, value, is_static, at);
  if (target.kind != ExprKind::Name) {
    if (is_static) {
      error(Code::not_assignable, target.place,
            "Static assign cannot be used on elements in arrays")
          .note("leave `ti.static` away to store a value");
      return;
    }
    if (std::optional<Memory> to = destination(target)) assign_memory(*to, value, at);
    return;
  }
  Variable* known = find(target.name);
  if (is_static || !known) {
    Entity bound = is_static ? value : fresh_local(value, at);
    declare(target.name, std::move(bound),
            is_static ? Variable::Kind::Static : Variable::Kind::Local);
    return;
  }
  if (known->entity.is_poison()) {
    known->entity = fresh_local(value, at);  // its first assignment failed: this one says more
    return;
  }
  if (std::optional<Memory> to = destination(target)) assign_memory(*to, value, at);
}

void Lowering::unpack(const Expr& target, const Entity& value, bool is_static, const Place& at) {
  if (value.is_poison()) {
    for (const Expr* t : target.items)
      if (t->kind == ExprKind::Name && !find(t->name))
        declare(t->name, Poison{}, Variable::Kind::Local);
    return;
  }
  std::optional<std::vector<Entity>> items = static_items(value, at);
  if (!items) return;
  if (items->size() != target.items.size()) {
    error(Code::unpack_count, target.place,
          "cannot unpack " + std::to_string(items->size()) + " values into " +
              std::to_string(target.items.size()) + " names");
    return;
  }
  for (size_t i = 0; i < items->size(); ++i)
    assign_to(*target.items[i], (*items)[i], is_static, at);
}

std::optional<Memory> Lowering::destination(const Expr& target) {
  if (target.kind == ExprKind::Name) {
    std::string quoted = "'" + std::string(target.name) + "'";
    Variable* v = find(target.name);
    if (v && v->kind == Variable::Kind::LoopIndex) {
      error(Code::loop_index_immutable, target.place,
            "the loop index " + quoted + " cannot be assigned")
          .note("copy it into a variable of another name");
      return std::nullopt;
    }
    if (v && v->kind == Variable::Kind::Argument && frame().is_kernel) {
      error(Code::argument_immutable, target.place,
            "Kernel argument " + quoted + " is immutable in the kernel")
          .note("copy it into a new variable to change its value");
      return std::nullopt;
    }
  }
  Entity e = eval(target);
  if (auto* memory = e.as<Memory>()) return *memory;
  if (e.is_poison()) return std::nullopt;
  Diagnostic& d = error(Code::not_assignable, target.place, describe(e) + " cannot be assigned to");
  if (e.as<FieldRef>() || e.as<ArrayRef>())
    d.note("index it: `x[i] = ...`, or `x[None] = ...` for a 0-D field");
  else
    d.note(
        "only local variables and elements of fields, ndarrays and local matrices can be assigned");
  return std::nullopt;
}

Memory Lowering::local(DType dtype, Shape shape) {
  Memory m;
  m.dtype = dtype;
  m.shape = shape;
  m.elements = shape.size();
  m.var = b.var(dtype, shape.size());
  m.shared = !in_parallel;
  m.has_components = shape.dims > 0;
  for (uint32_t i = 0; m.has_components && i < shape.size(); ++i) m.components.push_back({i, {}});
  return m;
}

Entity Lowering::fresh_local(const Entity& value, const Place& at) {
  if (auto* s = value.as<Sequence>()) {
    std::vector<Entity> items;
    for (const Entity& item : *s->items) items.push_back(fresh_local(item, at));
    return sequence(std::move(items), s->is_list);
  }
  if (auto* d = value.as<Dict>()) {
    Dict copy{std::make_shared<std::vector<std::pair<Entity, Entity>>>()};
    for (const auto& [key, item] : *d->items) copy.items->emplace_back(key, fresh_local(item, at));
    return copy;
  }
  if (!is_runtime(value)) return value;
  std::optional<Rvalue> v = rvalue(value, at);
  if (!v || v->c.empty()) return Poison{};
  locate(frame().statement);
  Memory m = local(dtype(*v), v->shape);
  for (size_t i = 0; i < v->c.size(); ++i) b.store(pointer(m, i), v->c[i]);
  return m;
}

void Lowering::store_cast(ValueId to, DType type, ValueId value, const Place& at) {
  if (loses_precision(type, dtype(value)) && !as_real(fn, value))
    warning(Code::precision_loss, at,
            "assign may lose precision: " + std::string(tinsmith::name(type)) + " <- " +
                std::string(tinsmith::name(dtype(value))))
        .note("`ti.cast(value, ti." + std::string(tinsmith::name(type)) +
              ")` says that this is meant");
  b.store(to, cast(value, type));
}

// What is assigned to `to`; a list of numbers becomes the vector or matrix that `to` is.
std::optional<Rvalue> Lowering::assigned(const Memory& to, const Entity& value, const Place& at) {
  auto* list = value.as<Sequence>();
  return list && to.shape.dims > 0 ? matrix_of(*list->items, std::nullopt, at) : rvalue(value, at);
}

void Lowering::assign_memory(const Memory& to, const Entity& value, const Place& at) {
  std::optional<Rvalue> v = assigned(to, value, at);
  if (!v) return;
  if (v->shape.dims == 0 && to.shape.dims > 0)
    v = Rvalue{to.shape, std::vector(to.shape.size(), v->c[0])};
  if (v->shape != to.shape) {
    error(Code::shape_mismatch, at,
          "cannot assign " + describe(value) + " to " + describe(Entity(to)))
        .note("both sides must have the same shape");
    return;
  }
  locate(frame().statement);
  for (size_t i = 0; i < v->c.size(); ++i) store_cast(pointer(to, i), to.dtype, v->c[i], at);
}

namespace {

std::optional<Op> atomic_of(Operator op) {
  switch (op) {
    case Operator::Add:
    case Operator::Sub: return Op::AtomicAdd;
    case Operator::BitAnd: return Op::AtomicAnd;
    case Operator::BitOr: return Op::AtomicOr;
    case Operator::BitXor: return Op::AtomicXor;
    default: return std::nullopt;
  }
}

}  // namespace

void Lowering::lower_aug_assign(const Stmt& s) {
  const Place& at = s.value->place;
  std::optional<Memory> to = destination(*s.targets[0]);
  Entity operand = eval(*s.value);
  if (!to || operand.is_poison()) return;
  std::optional<Op> atomic = atomic_of(s.op);
  std::optional<Rvalue> v = assigned(*to, operand, at);
  if (!v) return;
  if (s.op != Operator::MatMult && v->shape.dims == 0 && to->shape.dims > 0)
    v = Rvalue{to->shape, std::vector(to->shape.size(), v->c[0])};
  if (s.op != Operator::MatMult && v->shape != to->shape) {
    error(Code::shape_mismatch, at,
          "cannot combine " + describe(*to) + " with " + describe(operand))
        .note("both sides must have the same shape");
    return;
  }
  if (!atomic) {
    locate(s.place);
    std::optional<Rvalue> result = binary_value(s.op, load(*to), *v, at);
    if (result) assign_memory(*to, entity(*result), at);
    return;
  }
  for (size_t i = 0; i < v->c.size(); ++i) update(*to, i, s.op, v->c[i], at);
}

// One component of `to op= value` for the operators that are atomic on shared memory. The value
// takes the type of the destination first, also where nothing is atomic.
void Lowering::update(const Memory& to, size_t component, Operator op, ValueId value,
                      const Place& at) {
  Op atomic = *atomic_of(op);
  if (atomic != Op::AtomicAdd && (is_real(to.dtype) || is_real(dtype(value)))) {
    error(Code::operand_type, at,
          "bitwise operators need integers, not " +
              std::string(tinsmith::name(is_real(to.dtype) ? to.dtype : dtype(value))));
    return;
  }
  if (loses_precision(to.dtype, dtype(value)) && !as_real(fn, value))
    warning(Code::precision_loss, at,
            "atomic add may lose precision: " + std::string(tinsmith::name(to.dtype)) + " <- " +
                std::string(tinsmith::name(dtype(value))));
  locate(frame().statement);
  ValueId v = cast(value, to.dtype);
  ValueId where = pointer(to, component);
  bool shared = to.kind != Memory::Kind::Local || (to.shared && in_parallel);
  if (shared && to.dtype != DType::U1) {
    b.emit(atomic, {where, op == Operator::Sub ? b.unary(Op::Neg, v) : v}, {});
    return;
  }
  b.store(where, cast(binary_scalar(op, b.load(where), v, at), to.dtype));
}

}  // namespace tinsmith::frontend
