// SPDX-License-Identifier: Apache-2.0
// Shared by the files that emit operations (emit_*.cc): one SPIR-V instruction with what is asked
// of it again and again. Only forms that Apple's compiler writes: no llvm.*, no fneg, no frem, no
// int <-> float instructions, no shuffles with poison.
#pragma once
#include <functional>
#include <initializer_list>
#include <string>

#include "air/lowering.h"

namespace tinsmith::air {

class Emitter {
 public:
  // `first`: where the operands begin (2 for OpExtInst: after the set and the number).
  Emitter(Lowering& l, const Instruction& at, size_t first = 0)
      : lowering(l), inst(at), b(l.builder()), first_(first) {}

  Lowering& lowering;
  const Instruction& inst;
  llvm::IRBuilder<>& b;

  // Operands, counted from the first. Null, with the error kept, where there is no such value.
  uint32_t id(size_t i) const { return inst.operand(first_ + i); }
  llvm::Value* operand(size_t i) { return lowering.value(id(i)); }
  llvm::Value* operand(size_t i, llvm::Type* type) { return lowering.value(id(i), type); }
  // The first `n` operands, all of the result's type; false with an error where one is not.
  bool operands_like_result(unsigned n, llvm::SmallVectorImpl<llvm::Value*>& values);

  llvm::Type* type() { return lowering.llvm_type(inst.type); }  // of the result
  bool fail(const std::string& why) { return lowering.fail(why); }
  // What the instruction gives; null passes an error on.
  bool result(llvm::Value* value) { return value != nullptr && lowering.set(inst, value); }
  // Struct results: {a, b}.
  bool result(llvm::Value* a, llvm::Value* b);

  bool is_float(llvm::Type* type) const { return type->isFPOrFPVectorTy(); }
  bool is_integer(llvm::Type* type) const {
    return type->isIntOrIntVectorTy() && !type->getScalarType()->isIntegerTy(1);
  }
  bool is_bool(llvm::Type* type) const { return type->getScalarType()->isIntegerTy(1); }
  unsigned bits(llvm::Type* type) const { return type->getScalarSizeInBits(); }
  // `like` with another element: scalar or vector as `like` is.
  llvm::Type* with_element(llvm::Type* like, llvm::Type* element) const;
  llvm::Type* integers_like(llvm::Type* like);  // of the same width and shape

  llvm::Value* number(llvm::Type* type, double value);        // of float, every lane
  llvm::Value* integer(llvm::Type* type, uint64_t value);     // every lane
  llvm::Value* splat(llvm::Value* scalar, llvm::Type* type);  // type itself: scalar as it is
  llvm::Value* lane(llvm::Value* vector, unsigned i);
  llvm::Value* vector(llvm::ArrayRef<llvm::Value*> lanes);
  unsigned lanes(llvm::Type* type) const;  // 1 for scalars

  // air.<name>.<type of the result> with arguments; `name` has its sign, where it needs one. For
  // Metal a vector form that Apple was never seen to write is called lane by lane, and such a form
  // of half as the one of float.
  llvm::Value* air(const std::string& name, llvm::Type* result,
                   llvm::ArrayRef<llvm::Value*> arguments);
  // air.<name>.<type>: arguments and result of one type.
  llvm::Value* same(const std::string& name, std::initializer_list<llvm::Value*> arguments);
  // Whether Apple's compiler writes this function at the target's version; of Host, always.
  bool is_seen(const std::string& name, llvm::Type* type) const;
  // The lesser or the greater of two integers.
  llvm::Value* lesser(llvm::Value* x, llvm::Value* y, bool is_signed, bool greater = false);
  llvm::Value* clamp(llvm::Value* x, llvm::Value* low, llvm::Value* high);  // of float
  llvm::Value* negate(llvm::Value* x);                                      // of float
  // Folds constants, of which LLVM would leave an expression that Apple's files never have.
  llvm::Value* bitcast(llvm::Value* x, llvm::Type* type);
  llvm::Value* absolute(llvm::Value* x) { return same("fabs", {x}); }
  llvm::Value* dot(llvm::Value* x, llvm::Value* y);  // scalars too
  llvm::Value* copysign(llvm::Value* magnitude, llvm::Value* sign);
  // air.convert where the shape or the kind asks for it, native where Apple writes native.
  // Kinds: 'f', 's', 'u'.
  llvm::Value* convert(llvm::Value* value, char from, llvm::Type* type, char to);

 private:
  llvm::Value* by_lanes(llvm::Type* result, llvm::ArrayRef<llvm::Value*> arguments,
                        const std::function<llvm::Value*(llvm::ArrayRef<llvm::Value*>)>& of_lane);
  size_t first_;
};

// One family each. An opcode that is none of the family's is an error of the caller.
bool emit_arithmetic(Lowering& lowering, const Instruction& inst);
bool emit_matrix(Lowering& lowering, const Instruction& inst);
bool emit_bits(Lowering& lowering, const Instruction& inst);
bool emit_comparison(Lowering& lowering, const Instruction& inst);
bool emit_conversion(Lowering& lowering, const Instruction& inst);
bool emit_glsl(Lowering& lowering, const Instruction& inst);
bool emit_atomic(Lowering& lowering, const Instruction& inst);
bool emit_barrier(Lowering& lowering, const Instruction& inst);
bool emit_group(Lowering& lowering, const Instruction& inst);

// Parts of GLSL.std.450 that need more than a line (emit_glsl_*.cc); `e` begins at the arguments.
bool emit_determinant(Emitter& e);
bool emit_inverse(Emitter& e);
bool emit_frexp(Emitter& e, bool as_struct);
bool emit_modf(Emitter& e, bool as_struct);
bool emit_find_bit(Emitter& e, bool least, bool is_signed);
bool emit_pack(Emitter& e, bool is_signed, unsigned fields);
bool emit_unpack(Emitter& e, bool is_signed, unsigned fields);
bool emit_pack_half(Emitter& e);
bool emit_unpack_half(Emitter& e);
bool emit_geometry(Emitter& e, unsigned number);

}  // namespace tinsmith::air
