// SPDX-License-Identifier: Apache-2.0
// The IR: typed, structured SSA over scalars. One Inst struct for every operation; what an
// operation is, is a row of op.def. Matrices are scalars by the time they are here (the frontend
// takes them apart); mutable locals are `var`s.
//
// A Module is one unit of compilation: the fields a kernel touches and the kernel itself. Stages:
//   Source  as the frontend makes it: top-level statements and parallel loops, whole operation
//   table Tasks   the body is a list of `task`s, one for each dispatch; the operations left are
//   those every back end has
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostics.h"
#include "support/dtype.h"
#include "support/id.h"

namespace tinsmith {

enum class Effects : uint8_t { None, Read, Write, Control };
enum class Stage : uint8_t { Source, Tasks };
enum class Rule : uint8_t {
  Any,
  SameNumber,
  SameReal,
  SameInteger,
  Shift,
  Compare,
  Select,
  SameWidth,
  I32Result,
  Pointer,
  ElemPointer,
  FieldPointer,
  ArrayPointer,
  LoadsPointee,
  StoresPointee,
  Atomic,
  If,
  For,
  While,
  ParallelFor,
  Task,
  InLoop,
};

enum class Op : uint8_t {
#define OP(name, ...) name,
#include "ir/op.def"
};

struct OpInfo {
  std::string_view text;
  int operands, results, blocks;
  Effects effects;
  Stage until;
  Rule rule;
};
const OpInfo& info(Op op);
std::optional<Op> op_from_text(std::string_view text);
constexpr bool is_atomic(Op op) { return op >= Op::AtomicAdd && op <= Op::AtomicXor; }
constexpr bool is_terminator(Op op) { return op >= Op::Yield && op <= Op::Continue; }

// A scalar, or the address of scalars in memory. Pointers are operands of memory operations only:
// never stored, selected or yielded, so the memory an access touches is always its pointer's
// defining operation.
struct Type {
  DType dtype = DType::I32;
  bool pointer = false;
  friend bool operator==(Type, Type) = default;
};
constexpr Type value_of(DType t) { return {t, false}; }
constexpr Type pointer_to(DType t) { return {t, true}; }
std::string text(Type type);  // "f32", "*f32"

using ValueId = Id<struct ValueTag>;
using InstId = Id<struct InstTag>;
using BlockId = Id<struct BlockTag>;
using LocId = Id<struct LocTag>;
using FieldId = Id<struct FieldTag>;

// Where an operation comes from; `inlined_at` is the call site when it came in through a ti.func.
struct Loc {
  Span span;
  LocId inlined_at;
};

struct Value {
  Type type;
  InstId def;        // none for a block parameter
  BlockId param_of;  // the block that it is a parameter of, or none
};

struct Inst {
  Op op;
  LocId loc;
  uint64_t imm = 0;  // literal bits, slot or index; what it means is the operation's business
  std::span<ValueId> operands,
      results;  // sizes are fixed at creation: a different shape is a new instruction
  std::span<BlockId> blocks;
};

struct Block {
  std::vector<ValueId> params;
  std::vector<InstId> insts;
};

// --- Declarations

// One term of a field's address: ((index[axis] / divisor) % extent) * stride bytes. A plain field
// has one an axis with divisor 1 and the axis' whole extent; nested dense nodes give several for
// the same axis.
struct AddressTerm {
  uint32_t axis = 0, divisor = 1, extent = 1, stride = 0;
};

// A dense field, with its place in the root buffer of its tree. Indices count from zero here: the
// frontend has taken the field's `offset=` away. Element (i, …) component c lies at byte offset + Σ
// terms + component_offsets[c].
struct Field {
  std::string name;
  DType dtype = DType::F32;
  std::vector<uint32_t> shape;  // extents of the index space; empty: 0-D
  uint32_t rows = 1, cols = 1;  // matrix fields; a vector has cols == 1
  bool is_matrix = false;  // then field_ptr takes a last operand, the component row * cols + col
  FieldId grad;            // its adjoint, if it has one in this module
  uint32_t tree = 0;
  uint32_t offset = 0;
  std::vector<AddressTerm> terms;
  std::vector<uint32_t> component_offsets;  // one per component, bytes; {0} for a scalar

  uint32_t components() const { return rows * cols; }
};

enum class ParamKind : uint8_t { Scalar, Matrix, Array };

// A run-time parameter of a kernel, in order; template parameters are gone.
struct Param {
  std::string name;
  ParamKind kind = ParamKind::Scalar;
  DType dtype = DType::F32;
  uint32_t rows = 1, cols = 1;  // of a matrix argument, or of an ndarray's element
  uint32_t element_dims =
      0;              // 0 scalar, 1 vector, 2 matrix: of a matrix argument or an ndarray's element
  uint32_t ndim = 0;  // of an ndarray, element not counted
  bool needs_grad = false;  // ndarray with a gradient buffer
  uint32_t components() const { return rows * cols; }
};

// What a kernel returns: a list of scalars, vectors or matrices, flattened in order to `return`
// slots.
struct ReturnItem {
  DType dtype = DType::F32;
  uint32_t rows = 1, cols = 1, element_dims = 0;
  uint32_t components() const { return rows * cols; }
};

// Of a parallel_for.
struct LoopInfo {
  uint32_t block_dim = 0;   // threads a group asked for; 0: the default
  bool over_field = false;  // struct-for: group size is min(cells, 128) (facts §1.10)
  bool adaptive_block = true;
};

enum class TaskKind : uint8_t { Serial, Range };

// Of a task. A bound that is not constant lies as i32 at that byte of the global temporaries.
struct TaskInfo {
  TaskKind kind = TaskKind::Serial;
  int32_t begin = 0, end = 0;  // constant bound, or byte offset
  bool const_begin = true, const_end = true;
  uint32_t group_size = 1;
  uint64_t threads = 1;  // advisory total
};

// `imm` of arg, array_dim and array_ptr.
struct ArgSlot {
  uint32_t param = 0;
  uint32_t component = 0;  // arg: component; array_dim: axis; array_ptr: 1 for the gradient
  uint64_t imm() const { return uint64_t{component} << 32 | param; }
  static ArgSlot of(uint64_t imm) {
    return {static_cast<uint32_t>(imm), static_cast<uint32_t>(imm >> 32)};
  }
};

// --- Function and module

// Owns every value, instruction and block of one kernel. References into it stay good while it
// grows.
class Function {
 public:
  explicit Function(std::string kernel) : name(std::move(kernel)), body(blocks_.add()) {}
  Function(const Function&) = delete;
  Function(Function&&) = delete;
  Function& operator=(const Function&) = delete;
  Function& operator=(Function&&) = delete;
  ~Function() = default;

  // A new instruction, in no block yet. Owned blocks are made empty.
  InstId create(Op op, LocId loc, std::span<const ValueId> operands, std::span<const Type> results,
                uint64_t imm = 0);
  ValueId add_param(BlockId block, Type type);
  LocId add_loc(Loc loc) { return locs_.add(loc); }

  Inst& operator[](InstId id) { return insts_[id]; }
  const Inst& operator[](InstId id) const { return insts_[id]; }
  Block& operator[](BlockId id) { return blocks_[id]; }
  const Block& operator[](BlockId id) const { return blocks_[id]; }
  const Value& operator[](ValueId id) const { return values_[id]; }
  const Loc& operator[](LocId id) const { return locs_[id]; }
  size_t value_count() const { return values_.size(); }
  size_t inst_count() const { return insts_.size(); }

  // The operation that defines `v`, or nullptr for a block parameter.
  const Inst* def(ValueId v) const { return values_[v].def ? &insts_[values_[v].def] : nullptr; }

  std::string name;
  std::vector<Param> params;
  std::vector<ReturnItem> returns;
  std::vector<LoopInfo> loops;
  std::vector<TaskInfo> tasks;

 private:
  template <class T>
  std::span<T> alloc(size_t n);
  std::pmr::monotonic_buffer_resource pool_;
  Table<ValueId, Value> values_;
  Table<InstId, Inst> insts_;
  Table<BlockId, Block> blocks_;
  Table<LocId, Loc> locs_;

 public:
  const BlockId body;
};

struct Module {
  Table<FieldId, Field> fields;
  std::deque<Function> kernels;  // a deque: Functions do not move
};

// Appends to one block. With the parser, the only maker of instructions.
class Builder {
 public:
  Builder(Function& fn, BlockId at) : fn_(fn), at_(at) {}

  InstId emit(Op op, std::initializer_list<ValueId> operands, std::initializer_list<Type> results,
              uint64_t imm = 0);
  InstId emit(Op op, std::span<const ValueId> operands, std::span<const Type> results,
              uint64_t imm = 0);
  // For operations with one result: makes it and returns that.
  ValueId value(Op op, Type type, std::initializer_list<ValueId> operands, uint64_t imm = 0);
  ValueId value(Op op, Type type, std::span<const ValueId> operands, uint64_t imm = 0);

  // Shorthands. Binary and unary results have the type of the first operand, comparisons u1.
  ValueId constant(DType type, double value);
  ValueId constant_int(DType type, int64_t value);
  ValueId i32(int32_t value) { return constant_int(DType::I32, value); }
  ValueId unary(Op op, ValueId a);
  ValueId binary(Op op, ValueId a, ValueId b);
  ValueId compare(Op op, ValueId a, ValueId b);
  ValueId select(ValueId cond, ValueId a, ValueId b);
  ValueId cast(ValueId a, DType to);  // `a` itself when it has that type
  ValueId load(ValueId pointer);
  void store(ValueId pointer, ValueId value);
  ValueId var(DType type, uint32_t elements = 1);
  void yield(std::span<const ValueId> values = {});

  BlockId block() const { return at_; }
  void set_block(BlockId at) { at_ = at; }
  Function& fn() { return fn_; }
  LocId loc;  // given to everything emitted

 private:
  Function& fn_;
  BlockId at_;
};

// Literals live in `imm` as the bits of their type: reals as the IEEE bits (f16: of the f32 it is
// rounded from), signed integers sign-extended, unsigned zero-extended.
uint64_t const_bits(DType type, double value);
uint64_t const_bits_int(DType type, int64_t value);
double const_real(const Inst& inst, DType type);  // also of integers
int64_t const_int(const Inst& inst, DType type);
// The literal that `v` is, or none.
std::optional<int64_t> as_int(const Function& fn, ValueId v);
std::optional<double> as_real(const Function& fn, ValueId v);

// --- Text (ir/text.md has the grammar)

std::string print(const Module& module);
std::string print(const Module& module, const Function& fn);
// Parses what `print` wrote. Mistakes go to `diags` with their place in `file`.
bool parse(std::string_view text, FileId file, Module& module, Diagnostics& diags);

// --- Verification

// Every rule that op.def and ir/verify.cc state; empty when `fn` is a legal program of `stage`.
std::vector<std::string> verify(const Module& module, const Function& fn, Stage stage);
// Throws InternalError naming `step` and the first violation.
void assert_valid(const Module& module, Stage stage, std::string_view step);

}  // namespace tinsmith
