// SPDX-License-Identifier: Apache-2.0
// The state of lowering one kernel, and the methods that share it; private to this folder. Each
// group of methods is a file.
//
// A mistake is reported once: `error` mutes further errors of the same statement, and what is bound
// to the result of a failed expression is Poison, which every method passes on in silence. So
// lowering goes on and finds the next mistake.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "frontend/entity.h"
#include "frontend/frontend.h"
#include "frontend/host.h"
#include "ir/ir.h"
#include "support/check.h"
#include "support/diagnostics.h"

namespace tinsmith::frontend {

// A loaded value: a scalar or the components of a matrix, row by row, all of one type.
struct Rvalue {
  Shape shape;
  std::vector<ValueId> c;
  bool is_matrix() const { return shape.dims > 0; }
};

struct Variable {
  enum class Kind : uint8_t { Local, Static, LoopIndex, Argument };
  std::string_view name;
  Kind kind = Kind::Local;
  Entity entity;
};

struct LoopState {
  enum class Kind : uint8_t { Parallel, Sequential, Static };
  Kind kind = Kind::Sequential;
  uint32_t runtime_depth = 0;             // of the frame, inside the body
  bool broke = false, continued = false;  // Static
};

// A function whose body is being lowered: the kernel, or a ti.func at one of its calls.
struct Frame {
  ObjectId source;
  const FunctionAst* ast = nullptr;
  FileId file;
  bool is_kernel = false;
  LocId inlined_at;
  Span call;  // where it was called
  std::vector<std::vector<Variable>> scopes;
  std::vector<std::pair<std::string_view, Place>>
      ended;  // names whose scope is over, with the block that held them
  std::vector<LoopState> loops;
  Place statement;             // the one being lowered
  uint32_t runtime_depth = 0;  // run-time ifs and loops around the current statement
  bool returned = false;
  Entity result = none();
};

// What ti.loop_config said, for the next loop.
struct LoopConfig {
  LoopInfo info;
  bool serialize = false;
};

struct Call {
  const Expr& expr;
  std::vector<Entity> args;
  std::vector<std::pair<std::string, Entity>> keywords;
  const Place& place(size_t i) const;  // of argument i, or of the call
  const Entity* keyword(std::string_view name) const;
};

struct Lowering {
  const Request& request;
  Host& host;
  Module& module;
  Function& fn;
  Diagnostics& diags;
  SourceFiles& sources;
  Builder b;
  std::deque<Frame> frames;
  bool muted = false;
  const Expr* discarded = nullptr;  // the call whose result nobody uses
  uint32_t silent = 0;              // above 0: what is wrong does not matter
  bool in_parallel = false;
  LoopConfig config;
  std::map<ObjectId, FileId> files;
  std::map<int, FieldId> fields;   // by handle
  std::vector<uint32_t> ir_param;  // run-time parameter -> index in request.params
  std::set<std::tuple<Code, uint32_t, uint32_t, uint32_t>> reported;
  Diagnostic swallowed;

  Lowering(const Request& r, Host& h, Module& m, Function& f, Diagnostics& d, SourceFiles& s)
      : request(r), host(h), module(m), fn(f), diags(d), sources(s), b(f, f.body) {}

  // --- lowering.cc: the kernel as a whole, errors, places
  bool run();
  void bind_parameters();
  void link_gradients();
  Frame& frame() { return frames.back(); }
  FileId file_of(ObjectId source, const FunctionAst& ast);
  Span span(const Place& place) {
    return {frame().file, place.line, place.column, place.end_line, place.end_column};
  }
  void locate(const Place& place);  // gives what is emitted next this place
  Diagnostic& error(Code code, const Place& at, std::string message);
  Diagnostic& warning(Code code, const Place& at, std::string message);
  Entity poison(Code code, const Place& at, std::string message);
  // The value, or poison with the failure's text as the error.
  Entity settle(Result<Entity> result, const Place& at);
  std::string describe(const Entity& e);  // for messages: "a field", "f32", "a 3-vector of f32"

  // --- scope.cc: names
  Variable* find(std::string_view name);
  void declare(std::string_view name, Entity entity, Variable::Kind kind);
  void open_scope() { frame().scopes.emplace_back(); }
  void close_scope(const Place& block);
  Entity name(const Expr& e);
  Entity undefined(const Expr& e);

  // --- lower_stmt.cc
  void statements(std::span<Stmt* const> body);
  void statement(const Stmt& s);
  void lower_if(const Stmt& s);
  void lower_return(const Stmt& s);
  void lower_jump(const Stmt& s);
  void lower_assert(const Stmt& s);
  void kernel_return(const Entity& value, const Stmt& s);
  // Lowers `body` into `block` as a run-time block with a scope of its own, and ends it.
  void runtime_block(BlockId block, std::span<Stmt* const> body, const Place& place);
  bool terminated() const;
  void end_block();  // yields if nothing has ended it yet
  bool stopped();    // nothing after this point of the statements can run

  // --- lower_assign.cc
  void lower_assign(const Stmt& s);
  void lower_aug_assign(const Stmt& s);
  void assign_to(const Expr& target, const Entity& value, bool is_static, const Place& at);
  void unpack(const Expr& target, const Entity& value, bool is_static, const Place& at);
  Entity fresh_local(const Entity& value, const Place& at);  // a copy that may be modified
  Memory local(DType dtype, Shape shape);
  std::optional<Rvalue> assigned(const Memory& to, const Entity& value, const Place& at);
  void assign_memory(const Memory& to, const Entity& value, const Place& at);
  void store_cast(ValueId pointer, DType to, ValueId value, const Place& at);
  void update(const Memory& to, size_t component, Operator op, ValueId value, const Place& at);
  std::optional<Memory> destination(const Expr& target);

  // --- lower_loop.cc
  void lower_for(const Stmt& s);
  void lower_while(const Stmt& s);
  void static_for(const Stmt& s, const Expr& iterable);
  void range_for(const Stmt& s, const RangeRef& range, bool grouped);
  void element_for(const Stmt& s, const Entity& of, bool grouped);
  std::optional<std::pair<ValueId, ValueId>> bounds(const std::pair<Entity, Entity>& range,
                                                    const Place& at);
  using Bounds = std::vector<std::pair<ValueId, ValueId>>;
  void parallel_for(const Stmt& s, const Bounds& box, const LoopInfo& info, bool grouped,
                    bool assignable, std::span<const int32_t> offset);
  void sequential_for(const Stmt& s, const Bounds& box, bool grouped, bool assignable,
                      std::span<const int32_t> offset);
  struct LoopShape {
    LoopState::Kind kind;
    bool grouped, assignable;  // all indices in one vector; indices may be assigned to
    std::span<const int32_t> offset;
  };
  void loop_body(const Stmt& s, std::vector<ValueId> indices, const LoopShape& shape);
  void bind_targets(const Stmt& s, const std::vector<ValueId>& indices, bool grouped,
                    bool assignable);
  bool check_targets(const Stmt& s, size_t dims, bool grouped);
  void set_loop_config(const Call& call);

  // --- lower_expr.cc
  Entity eval(const Expr& e);
  Entity eval_literal(const Expr& e);
  Entity eval_compare(const Expr& e);
  Entity eval_bool_op(const Expr& e, std::span<Expr* const> operands);
  Entity eval_if(const Expr& e);
  Entity eval_sequence(const Expr& e);
  Entity eval_dict(const Expr& e);
  Entity eval_comprehension(const Expr& e);
  bool comprehend(const Expr& e, size_t depth, const std::function<void()>& emit);
  Entity eval_format(const Expr& e);
  std::optional<std::vector<Entity>> spread(const Expr& e);  // elements, starred ones expanded
  Entity truth(const Entity& e, const Place& at);            // Constant bool, or run-time u1
  const Expr* static_argument(const Expr& e);                // of `ti.static(x)`: x; otherwise null
  std::optional<bool> static_truth(const Entity& e, const Place& at);
  std::optional<std::vector<Entity>> static_items(const Entity& e, const Place& at);
  std::optional<std::vector<Entity>> static_range(const RangeRef& range, bool grouped,
                                                  const Place& at);
  Entity promoted_with(const Entity& chosen, const Expr& other, const Place& at);
  Entity select(Rvalue condition, Rvalue a, Rvalue c, const Place& at);
  // Speculative blocks: an operand is lowered into a block of an `if` that is in no block yet; its
  // contents then move to where they are wanted.
  std::optional<Rvalue> eval_into(BlockId block, const Expr& e);
  ValueId choose(ValueId condition, BlockId then, BlockId other, ValueId a, ValueId c);
  bool is_cheap(BlockId block) const;
  void splice(BlockId from);

  // --- subscript.cc, attribute.cc
  Entity eval_subscript(const Expr& e);
  Entity subscript_sequence(const Sequence& s, const Expr& index);
  Entity subscript_matrix(const Entity& object, Shape shape, const Expr& e);
  std::optional<std::vector<Component>> select_components(const Expr& index, Shape from, Shape& to);
  Entity pick(const Entity& object, std::vector<Component> components, Shape shape,
              const Place& at);
  std::optional<std::vector<uint32_t>> slice_positions(const Expr& slice, uint32_t extent);
  // As many integers as `rank`, or `more` beyond it.
  std::optional<std::vector<ValueId>> index_values(const Expr& index, size_t rank, size_t more,
                                                   std::string_view what);
  Entity field_element(const FieldRef& f, std::vector<ValueId> indices, const Place& at);
  Entity array_element(const ArrayRef& a, std::vector<ValueId> indices);
  ValueId array_dim(const ArrayRef& a, uint32_t axis);
  FieldId field_id(int handle);
  Entity attribute(const Entity& object, std::string_view name, const Place& at);
  Entity unknown_attribute(std::string message, std::string_view name,
                           const std::vector<std::string>& known, const Place& at);
  Entity field_attribute(const Entity& object, const FieldRef& f, std::string_view name,
                         const Place& at);
  Entity array_attribute(const ArrayRef& a, std::string_view name, const Place& at);
  std::optional<Entity> matrix_attribute(const Entity& object, Shape shape, std::string_view name,
                                         const Place& at);
  std::optional<Shape> matrix_shape(const Entity& e);  // none: not a matrix

  ValueId pointer(const Memory& m, size_t component);
  Rvalue load(const Memory& m);

  // --- convert.cc: values and types
  ValueId constant(const Constant& c, const Place& at);
  bool is_runtime(const Entity& e);  // usable as a run-time value
  bool is_compile_time(const Entity& e);
  std::optional<Rvalue> rvalue(const Entity& e, const Place& at);
  ValueId scalar(const Entity& e, const Place& at);  // reports a matrix
  Entity entity(const Rvalue& v) const;
  DType dtype(ValueId v) const { return fn[v].type.dtype; }
  DType dtype(const Rvalue& v) const { return fn[v.c.at(0)].type.dtype; }
  ValueId cast(ValueId v, DType to) { return b.cast(v, to); }
  Rvalue cast(const Rvalue& v, DType to);
  ValueId index_value(ValueId v, const Place& at);  // i32, reports reals
  std::optional<Integer> need_integer(const Entity& e, const Place& at, std::string_view what);
  // Same shape by broadcasting scalars; false after reporting a mismatch.
  bool broadcast(std::span<Rvalue* const> values, const Place& at, std::string_view what);
  std::optional<Rvalue> matrix_of(std::span<const Entity> items, std::optional<DType> type,
                                  const Place& at);
  void common_type(std::span<Rvalue* const> values);

  // --- arithmetic.cc
  Entity binary(Operator op, const Entity& a, const Entity& b, const Expr& at);
  Entity unary(Operator op, const Entity& a, const Expr& at);
  Entity compare(Operator op, const Entity& a, const Entity& b, const Place& at);
  std::optional<Entity> compare_known(Operator op, const Entity& a, const Entity& b,
                                      const Place& at);
  std::optional<Rvalue> binary_value(Operator op, Rvalue a, Rvalue b, const Place& at);
  ValueId binary_scalar(Operator op, ValueId a, ValueId b, const Place& at);
  ValueId power(ValueId a, ValueId e, const Place& at);
  ValueId power_by_squaring(ValueId a, uint32_t n);
  std::optional<Rvalue> matmul(const Rvalue& a, const Rvalue& b, const Place& at);
  ValueId to_bool(ValueId v);
  ValueId arithmetic(Op op, ValueId a, ValueId b);  // promoted; u1 counts as i32

  // --- lower_call.cc
  Entity eval_call(const Expr& e);
  std::optional<Call> arguments(const Expr& e);
  Entity call(const Entity& callee, const Call& call);
  Entity call_type(const TypeRef& type, const Call& call);
  Entity call_method(const Method& method, const Call& call);
  Entity inline_function(ObjectId source, const Entity* self, const Call& call);
  Entity dict_method(const Dict& dict, std::string_view name, const Call& call);
  bool bind_arguments(const FunctionAst& ast, const Entity* self, const Call& call);
  Entity bind_argument(const Parameter& p, const Entity& value);
  bool is_template(const Parameter& p) const;
  std::optional<DType> type_argument(const Entity& e, const Place& at);
  Entity by_value(const Entity& value, const Place& at);
};

// --- constant.cc: Python's arithmetic on compile-time numbers. None: not defined for these (`why`
// says so).
std::optional<Constant> fold_binary(Operator op, const Constant& a, const Constant& b,
                                    std::string& why);
std::optional<Constant> fold_unary(Operator op, const Constant& a, std::string& why);
std::optional<bool> fold_compare(Operator op, const Constant& a, const Constant& b);
bool truth_of(const Constant& c);

// --- convert.cc
DType promote(DType a, DType b);
bool loses_precision(DType to, DType from);

// --- builtins.cc: the functions the language has; null: no such name.
using BuiltinHandler = Entity (*)(Lowering&, const Call&);
BuiltinHandler find_builtin(std::string_view name);

// --- split_locals.cc: local matrices whose components are all picked at compile time become
// scalars.
void split_locals(Function& fn);

// --- scope.cc
std::string_view nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace tinsmith::frontend
