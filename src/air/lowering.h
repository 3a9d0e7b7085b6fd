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
  const MemoryLayout* layout = nullptr;  // how the value lies in memory
  spv::StorageClass storage{};
  uint32_t variable = 0;           // the OpVariable that it is part of
  llvm::Value* builtin = nullptr;  // Input: the value itself
  uint32_t align = 1;              // of the address, as far as it is known
};

// What a call does, which decides the attributes of the declaration.
enum class Effects : uint8_t {
  Pure,         // nounwind readnone
  AtomicLoad,   // argmemonly nounwind readonly
  AtomicStore,  // argmemonly nounwind writeonly
  Atomic,       // argmemonly nounwind
  Convergent,   // barriers, SIMD-group functions
};

class Lowering {
 public:
  Lowering(const SpirvModule& spirv, const package::Task& task, const std::string& entry,
           const Options& options);

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

  // Calls air.* by its whole name, declaring it.
  llvm::CallInst* call_air(const std::string& name, llvm::Type* result,
                           llvm::ArrayRef<llvm::Value*> arguments, Effects effects = Effects::Pure);
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
  struct Frame;  // one inlined call

  // types.cc
  llvm::Type* make_type(const SpirvType& type);
  bool refuse_f64(const Instruction& inst);
  // constants.cc
  bool constants();
  llvm::Constant* constant(const Instruction& inst);
  llvm::Constant* spec_operation(const Instruction& inst);
  // entry.cc
  bool variables();
  bool find_used();
  bool signature();
  void describe();
  // memory.cc
  bool variable(const Instruction& inst);
  bool access_chain(const Instruction& inst);
  bool step(Place& place, llvm::Value* index, const SpirvType& index_type);
  bool memory(const Instruction& inst);
  llvm::Value* load_scalar(llvm::Value* pointer, llvm::Type* value_type, uint32_t align);
  // composite.cc
  bool composite(const Instruction& inst);
  // control.cc
  bool body(const SpirvFunction& fn, Frame& frame);
  bool instruction(const Instruction& inst, Frame& frame);
  bool terminator(const Instruction& inst, Frame& frame);
  bool call(const Instruction& inst);
  bool phis(const SpirvFunction& fn, Frame& frame);

  const SpirvModule& spirv_;
  const package::Task& task_;
  const std::string& entry_;
  const Options& options_;
  std::unique_ptr<llvm::LLVMContext> context_;
  std::unique_ptr<llvm::Module> module_;
  llvm::IRBuilder<> builder_;
  llvm::Function* function_ = nullptr;
  const Instruction* at_ = nullptr;  // being lowered
  std::string error_;
  std::vector<std::optional<uint32_t>> indices_;
  bool needs_f64_ = false;
  std::map<uint32_t, llvm::Type*> llvm_types_;
  std::map<uint32_t, llvm::Value*> values_;
  std::map<uint32_t, uint32_t> value_types_;
  std::map<uint32_t, Place> places_;
};

// Everything that computes: arithmetic, comparisons, conversions, bits, GLSL.std.450, atomics,
// barriers, subgroups. False with an error; an opcode that nobody knows is an error too.
bool emit_operation(Lowering& lowering, const Instruction& inst);

}  // namespace tinsmith::air
