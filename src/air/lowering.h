// SPDX-License-Identifier: Apache-2.0
// Lowers the entry point of one SPIR-V module to one LLVM function. Calls are inlined while
// emitting, so every pointer is known by its variable. Split by concern: types.cc, constants.cc,
// memory.cc, composite.cc, control.cc, entry.cc; everything that only computes is in
// emit_operation.cc and the emit_*.cc that it calls.
//
// Errors: the first one is kept, functions that can fail return false or null, and whoever sees
// that returns at once. Input may be nonsense: ask for values with the type that they must have.
#pragma once
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "air/air.h"
#include "air/memory_layout.h"
#include "air/spirv_reader.h"

namespace tinsmith::air {

// What a pointer id stands for.
struct Place {
  llvm::Value* pointer = nullptr;        // to layout->type; null for built-ins
  const MemoryLayout* layout = nullptr;  // how the value lies in memory; null for built-ins
  // The pointer is to the first element of a runtime array, which is all that `layout` has.
  bool flat = false;
  spv::StorageClass storage{};
  uint32_t variable = 0;           // the OpVariable that it is part of
  uint32_t type = 0;               // SPIR-V type of what it points to
  llvm::Value* builtin = nullptr;  // Input: the value itself
};

class Lowering {
 public:
  Lowering(const SpirvModule& spirv, const package::Task& task, const std::string& entry,
           const Options& options);
  ~Lowering();

  // The whole module. After this, module() is complete but for legalise.
  bool run();
  const std::string& error() const { return error_; }
  llvm::Module& module() { return *module_; }
  llvm::LLVMContext& context() { return *context_; }
  const std::vector<std::optional<uint32_t>>& indices() const { return indices_; }
  bool needs_f64() const { return needs_f64_; }

  // --- for those who emit operations
  llvm::IRBuilder<>& builder() { return builder_; }
  const SpirvModule& spirv() const { return spirv_; }
  const Options& options() const { return options_; }
  bool is_host() const { return options_.dialect == Dialect::Host; }
  bool air_at_least(unsigned major, unsigned minor) const {
    const auto& t = options_.target;
    return t.air_major > major || (t.air_major == major && t.air_minor >= minor);
  }

  // Keeps the error, with the place of the instruction that is being lowered. Returns false.
  bool fail(const std::string& why);
  bool failed() const { return !error_.empty(); }

  // The value of an id; null (and an error) where it has none. `expected`: of that type, or null.
  llvm::Value* value(uint32_t id);
  llvm::Value* value(uint32_t id, llvm::Type* expected);
  // Gives the result of `inst` its value; fails where the value is not of the result type.
  bool set(const Instruction& inst, llvm::Value* value);
  // Where a pointer id points to; null (and an error) where it is no pointer.
  const Place* place(uint32_t id);

  const SpirvType& type(uint32_t type_id) const { return spirv_.type(type_id); }
  // Type of a value; kind None where the id has no value.
  const SpirvType& type_of(uint32_t id) const;
  // A vector's element, a scalar itself, else kind None.
  const SpirvType& scalar_of(const SpirvType& type) const;
  // As values are held: bool is i1, arrays, structs and matrices are plain aggregates. Null (and an
  // error) for what has no values.
  llvm::Type* llvm_type(uint32_t type_id);
  // "f32", "v4f32", "i8": as the names of air.* functions end.
  std::string air_suffix(const llvm::Type* type) const;

  // Calls air.* by its whole name, declaring it with the attributes that Apple gives it.
  llvm::CallInst* call_air(const std::string& name, llvm::Type* result,
                           llvm::ArrayRef<llvm::Value*> arguments);
  // Stack memory of the thread, allocated at entry: the `expected` of cmpxchg, second results.
  llvm::AllocaInst* temporary(llvm::Type* type, const char* name);
  // A block after the present one, for loops within an operation; continue in it with
  // builder().SetInsertPoint.
  llvm::BasicBlock* new_block(const char* name);
  // A built-in as value of its SPIR-V type (SubgroupLocalInvocationId for operations that need it):
  // adds the parameter where the module has not declared it.
  llvm::Value* builtin(spv::BuiltIn kind);

  // --- memory.cc: loads and stores of any type; null or false with an error.
  llvm::Value* load(const Place& place);
  bool store(const Place& place, llvm::Value* value);

 private:
  struct Frame {  // one inlined call
    const SpirvFunction* fn = nullptr;
    std::map<uint32_t, llvm::BasicBlock*> first, last;  // of each label
    struct Phi {
      const Instruction* inst = nullptr;
      llvm::PHINode* node = nullptr;
    };
    std::vector<Phi> phis;
    llvm::BasicBlock* exit = nullptr;
    std::vector<std::pair<llvm::Value*, llvm::BasicBlock*>> returned;
  };
  // A parameter of the kernel: what uses it is emitted before the function has a type, so it is a
  // loose argument at first.
  struct Parameter {
    std::unique_ptr<llvm::Argument> placeholder;
    uint32_t variable = 0;  // OpVariable; of a built-in that no variable asks for: 0
    std::optional<spv::BuiltIn> builtin;
    uint32_t binding = 0, set = 0;
    uint32_t slot = 0;   // Metal buffer index
    uint32_t order = 0;  // of declaration
    bool is_constant = false, is_push = false;
    bool read = false, written = false;
    bool is_flat = false;
    const MemoryLayout* layout = nullptr;
  };

  // types.cc
  llvm::Type* make_type(const SpirvType& type);
  bool accepts_f64(uint32_t type_id);
  bool holds_f64(uint32_t type_id);
  // constants.cc
  bool constants();
  llvm::Constant* constant(const Instruction& inst, const SpirvType& type);
  llvm::Constant* scalar_constant(const Instruction& inst, const SpirvType& type);
  llvm::Constant* composite_constant(const Instruction& inst, llvm::Type* as);
  bool spec_operation(const Instruction& inst);
  // variables.cc
  const Place* global_variable(uint32_t id);
  bool global_place(const Instruction& inst, Place& out);
  bool buffer(const Instruction& inst, Place& out);
  bool workgroup(const Instruction& inst, Place& out);
  bool own(const Instruction& inst, Place& out);
  bool input(const Instruction& inst, Place& out);
  Parameter* parameter_of(uint32_t variable);
  Parameter& new_parameter(llvm::Type* type);
  // memory.cc
  struct Chain;
  bool note_access(const Place& place, bool reads, bool writes);
  bool memory(const Instruction& inst);
  bool access_chain(const Instruction& inst);
  bool step(Chain& chain, uint32_t index_id);
  bool step_into_member(Chain& chain, uint32_t member);
  void step_into(Chain& chain, llvm::Value* index);
  void finish(Chain& chain);
  llvm::Value* index_value(uint32_t id);
  llvm::Value* load_from(const MemoryLayout& layout, llvm::Value* pointer, llvm::Type* type);
  void store_to(const MemoryLayout& layout, llvm::Value* pointer, llvm::Value* value);
  llvm::Value* element(const MemoryLayout& layout, llvm::Value* pointer, unsigned index);
  llvm::Type* value_type(const MemoryLayout& layout);
  // composite.cc
  bool composite(const Instruction& inst);
  bool construct(const Instruction& inst);
  bool shuffle(const Instruction& inst);
  bool extract(const Instruction& inst);
  bool insert(const Instruction& inst);
  bool dynamic_element(const Instruction& inst);
  llvm::Value* convert_shape(llvm::Value* from, llvm::Type* to);
  static llvm::Type* element_type(llvm::Type* type, unsigned index);
  llvm::Value* part_of(llvm::Value* whole, unsigned index);
  llvm::Value* with_part(llvm::Value* whole, llvm::Value* part, unsigned index);
  // control.cc
  bool inline_function(const SpirvFunction& fn, llvm::Value*& result);
  bool block(const SpirvBlock& block, Frame& frame);
  bool instruction(const Instruction& inst, Frame& frame);
  bool note_atomic(const Instruction& inst);
  bool value_operation(const Instruction& inst);
  bool terminator(const Instruction& inst, Frame& frame);
  bool branch_switch(const Instruction& inst, Frame& frame);
  llvm::BasicBlock* target(uint32_t label, Frame& frame);
  bool call(const Instruction& inst);
  bool phi(const Instruction& inst, Frame& frame);
  bool finish_phis(Frame& frame);
  // entry.cc
  bool number_buffers();
  bool within_limits();
  bool may_alias(const Parameter& parameter) const;
  bool signature();
  bool verify();
  // describe.cc: metadata
  void describe();
  void module_flags();
  uint64_t allocated(const MemoryLayout& layout) const;
  std::string metal_type(const MemoryLayout& layout) const;
  llvm::MDNode* describe_buffer(const Parameter& parameter, uint32_t index);
  llvm::MDNode* describe_fields(const MemoryLayout& layout);

  const SpirvModule& spirv_;
  const package::Task& task_;
  const std::string& entry_;
  const Options& options_;
  llvm::DataLayout data_;
  std::unique_ptr<llvm::LLVMContext> context_;
  std::vector<Parameter> parameters_;  // outlives the module, whose instructions use them
  std::unique_ptr<llvm::Module> module_;
  llvm::IRBuilder<> builder_;
  Layouts layouts_;
  llvm::Function* function_ = nullptr;
  llvm::BasicBlock* allocas_ = nullptr;  // the entry block: stack memory, then a branch
  const Instruction* at_ = nullptr;      // being lowered
  std::string error_;
  std::vector<std::optional<uint32_t>> indices_;
  bool needs_f64_ = false, is_convergent_ = false;
  uint32_t emitted_ = 0;
  std::vector<uint32_t> calls_;  // functions being inlined
  std::map<uint32_t, llvm::Type*> llvm_types_;
  std::map<uint32_t, bool> f64_types_;
  std::map<uint32_t, llvm::Value*> values_;
  std::map<uint32_t, uint32_t> value_types_;
  std::map<uint32_t, Place> places_;
  std::map<uint32_t, size_t> parameter_index_;  // of a variable
};

// Everything that computes: arithmetic, comparisons, conversions, bits, GLSL.std.450, atomics,
// barriers, subgroups. False with an error; an opcode that nobody knows is an error too.
bool emit_operation(Lowering& lowering, const Instruction& inst);

// The last step: what the target's AIR version does not have becomes what it has (facts:
// attributes, poison, fneg, freeze), declarations that nothing uses go.
void legalise(llvm::Module& module, const metallib::Target& target);
// Values instead of stack memory, and fewer blocks; nothing that invents forms (facts/air.md §4.3).
void simplify(llvm::Function& function);

}  // namespace tinsmith::air
