// SPDX-License-Identifier: Apache-2.0
// Translates one task. Split by concern: emit_task.cc (frame, buffers of the interface),
// emit_control.cc, emit_memory.cc, emit_atomic.cc, emit_reduce.cc, emit_math.cc, emit_cast.cc,
// emit_random.cc.
//
// Integers keep their signedness in SPIR-V types; storage is unsigned words and values are bit-cast
// on the way. What SPIR-V has no counterpart for is noted by `unsupported`, and translation goes on
// with an undefined value.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ir/ir.h"
#include "package/package.h"
#include "spirv/assembler.h"

namespace tinsmith::spirv {

// Where a pointer of the IR points to.
struct Address {
  DType dtype = DType::F32;
  bool is_local = false;
  bool is_array = false;  // of a local: all of its elements
  Word local = 0;         // the SPIR-V pointer, of a local; or
  uint32_t buffer = 0;    // index into Emitter::buffers_, and
  Word index = 0;         // counted in units of
  uint32_t unit = 4;      // bytes: the width of the scalar, or less where it is not aligned to that
};

class Emitter {
 public:
  // With `sources` the code says which lines it comes from.
  Emitter(const Module& module, const Function& fn, const package::Kernel& kernel,
          std::vector<uint32_t>& access, const SourceFiles* sources)
      : module_(module), fn_(fn), kernel_(kernel), access_(access), sources_(sources) {}

  // Fills in bindings and code of `out`.
  void task(const Inst& task, package::Task& out);
  // What could not be translated; empty when all could.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  struct Buffer {
    package::BufferType type;
    int32_t id;  // tree, argument or -1
    bool gradient;
    std::string name;
    struct View {
      uint32_t width;  // bits of its words
      Word variable;
    };
    std::vector<View> views;
  };
  struct Loop {
    Word merge, next;
  };

  // What the iterations of a range task add up in a local of each invocation.
  struct Reduction {
    Op op;
    const Inst* pointer;
    Word local, start;
  };

  // --- emit_task.cc
  void serial(const Inst& task);
  void range(const Inst& task, const TaskInfo& info);
  void shaped(const Inst& task);
  void grid_loop(Word begin, Word count, BlockId body);
  Word bound(int32_t value, bool constant);
  Word count_between(Word begin, Word end);
  Word global_id();
  Word builtin_x(spv::BuiltIn builtin, Word& variable);
  uint32_t buffer(package::BufferType type, int32_t id, bool gradient, std::string name);
  uint32_t temporaries();
  Word view(uint32_t buffer, uint32_t width);
  void bind(Word variable, uint32_t binding, package::BufferType type, int32_t id, bool gradient);
  void decorate_aliases();
  Word block_member(const package::BlockType& type, std::string_view name);
  Word block_struct(const package::BlockType& type, std::string_view name);
  Word interface_block(const package::BlockType& type, spv::StorageClass storage,
                       std::string_view name, uint32_t binding, package::BufferType buffer);
  Word load_arg(std::initializer_list<uint32_t> path, DType dtype);
  void return_value(const Inst& inst);
  Word unsupported(const std::string& what, Word type);

  // --- emit_control.cc
  const Inst* block(BlockId id);  // everything but the terminator, which it returns
  void inst(const Inst& inst);
  void note_line(const Inst& inst);
  Word argument(const Inst& inst);
  void terminate(const Inst& end, Word target);
  void if_else(const Inst& inst);
  void for_loop(const Inst& inst);
  void while_loop(const Inst& inst);
  void loop_body(BlockId body, Loop loop);

  // --- emit_memory.cc
  void var(const Inst& inst);
  void elem(const Inst& inst);
  void field_ptr(const Inst& inst);
  void array_ptr(const Inst& inst);
  void temp_ptr(const Inst& inst);
  Word distance_to_component(const Field& field, Word component, uint32_t unit);
  void note_access(const Inst& inst);
  Word load(const Address& at);
  void store(const Address& at, Word value);
  Word load_word(const Address& at, uint32_t piece);
  void store_word(const Address& at, uint32_t piece, Word word);
  Word word_pointer(uint32_t buffer, uint32_t width, Word index);
  Word to_word(Word value, DType dtype);
  Word from_word(Word word, DType dtype);

  // --- emit_atomic.cc
  void atomic(const Inst& inst);
  Word memory_atomic(Op op, const Address& at, Word value, bool wants_old);
  Word exchange_loop(Op op, const Address& at, Word value, bool wants_old);

  // --- emit_reduce.cc
  void open_reductions(BlockId body);
  Reduction* reduction_at(const Inst& pointer);
  void close_reductions();

  // --- emit_math.cc
  Word binary(Op op, DType dtype, Word a, Word b);
  Word binary_bool(Op op, Word a, Word b);
  Word minmax(Op op, DType dtype, Word a, Word b);
  Word unary(Op op, DType dtype, Word a);
  Word compare(Op op, DType dtype, Word a, Word b);
  Word remainder(DType dtype, Word a, Word b);
  Word power(DType dtype, Word base, Word exponent);
  Word frexp(DType dtype, Word a, uint32_t member);
  Word popcount(DType dtype, Word a);
  Word clz(DType dtype, Word a);
  Word leg(DType dtype, Word a);
  Word absolute(DType dtype, Word a);
  Word sign(DType dtype, Word a);
  Word ext(Word type, Word instruction, std::initializer_list<Word> operands);

  // --- emit_cast.cc
  Word cast(Word a, DType from, DType to);
  Word cast_integer(Word a, DType from, DType to);
  Word bit_cast(Word a, Word to) { return asm_.pure(spv::Op::OpBitcast, to, {a}); }
  Word literal(DType dtype, uint64_t bits);
  Word number(DType dtype, double value) { return literal(dtype, const_bits(dtype, value)); }
  Word type(DType dtype);
  Word type_word(uint32_t width) { return asm_.type_int(width, false); }

  // --- emit_random.cc
  Word random(DType dtype);
  Word next_random();
  Word next_random64();
  void seed_random();

  Word select(Word condition, Word type, Word a, Word b) {
    return asm_.pure(spv::Op::OpSelect, type, {condition, a, b});
  }
  Word operand(const Inst& inst, size_t i) { return values_.get(inst.operands[i]); }
  DType dtype_of(ValueId v) const { return fn_[v].type.dtype; }

  const Module& module_;
  const Function& fn_;
  const package::Kernel& kernel_;
  std::vector<uint32_t>& access_;  // by parameter: package::ArrayAccess
  const SourceFiles* sources_;
  Assembler asm_;
  package::Task* out_ = nullptr;
  SideTable<ValueId, Word> values_;
  SideTable<ValueId, Address> addresses_;
  std::vector<Buffer> buffers_;
  std::vector<Loop> loops_;
  std::vector<Reduction> reductions_;
  Word global_id_variable_ = 0, group_count_variable_ = 0;
  Word args_ = 0, rets_ = 0;
  Word random_[4] = {};  // the state of the generator, locals; 0 where the task draws nothing
  uint32_t next_binding_ = 2;
  std::vector<std::string> problems_;
};

}  // namespace tinsmith::spirv
