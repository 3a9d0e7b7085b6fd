// SPDX-License-Identifier: Apache-2.0
// Atomics: air.atomic.{global|local}.<op>(pointer, …, order, scope 2, true). Metal has them for 32
// bits and without memory order. Floats are added by exchanging integers in a loop, the form that
// runs on every phone of iOS 16 (A11-A13 have no other), unless the target may use the native one.
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/Instructions.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;
using spv::Op;

class AtomicEmitter {
 public:
  AtomicEmitter(Lowering& lowering, const Instruction& inst) : e_(lowering, inst) {}
  bool emit();

 private:
  bool find_pointer(Type* value_type);
  bool check_width();
  std::optional<unsigned> order(uint32_t semantics_id);
  // air.atomic.<space>.<name>; `order` and what follows it are added.
  Value* call(const std::string& name, Type* result, std::vector<Value*> arguments);
  Value* exchange_strongly(Value* comparator, Value* desired);
  Value* float_loop();
  Value* combined(Value* old, Value* operand);
  bool load();
  bool store();
  bool read_modify_write(const std::string& name, size_t value_operand);
  bool compare_exchange();
  bool float_operation();

  Emitter e_;
  Type* value_type_ = nullptr;  // as the instruction has it
  Type* bits_type_ = nullptr;   // the integer of that width
  Value* pointer_ = nullptr;    // to bits_type_
  const char* space_ = "global";
  unsigned order_ = 0;
};

// The pointer operand, as a pointer to an integer of the value's width.
bool AtomicEmitter::find_pointer(Type* value_type) {
  const Place* place = e_.lowering.place(e_.id(0));
  if (place == nullptr || value_type == nullptr) return false;
  if (place->pointer == nullptr) return e_.fail("needs a pointer to memory");
  value_type_ = value_type;
  if (!value_type->isIntegerTy() && !value_type->isFloatingPointTy()) {
    return e_.fail("atomics are for single numbers");
  }
  if (e_.is_bool(value_type)) return e_.fail("there are no atomics of bool");
  bits_type_ = e_.integers_like(value_type);
  const unsigned space = place->pointer->getType()->getPointerAddressSpace();
  if (space != 1 && space != 3) {
    return e_.fail("atomics need memory of a buffer or of the workgroup");
  }
  space_ = space == 1 ? "global" : "local";
  pointer_ = e_.b.CreateBitCast(place->pointer, bits_type_->getPointerTo(space));
  return check_width();
}

bool AtomicEmitter::check_width() {
  const unsigned width = e_.bits(value_type_);
  if (width == 32 || (width == 64 && e_.lowering.is_host())) return true;
  if (width == 64) {
    return e_.fail(
        "Metal has no 64-bit atomics (but min and max without result on A15 and later); "
        "use 32 bits");
  }
  return e_.fail("atomics of " + std::to_string(width) + " bits do not exist; use 32 bits");
}

// Metal's memory order for SPIR-V's semantics; only `relaxed` exists in Metal before 4.1.
std::optional<unsigned> AtomicEmitter::order(uint32_t semantics_id) {
  const auto semantics = e_.lowering.spirv().integer(semantics_id);
  if (!semantics) {
    e_.fail("memory semantics must be a constant");
    return std::nullopt;
  }
  unsigned order = 0;
  if ((*semantics & 0x2) != 0) order = 2;   // Acquire
  if ((*semantics & 0x4) != 0) order = 3;   // Release
  if ((*semantics & 0x8) != 0) order = 4;   // AcquireRelease
  if ((*semantics & 0x10) != 0) order = 5;  // SequentiallyConsistent
  if (order != 0 && !e_.lowering.is_host()) {
    e_.fail("Metal's atomics have no memory order; use none, and a barrier where order matters");
    return std::nullopt;
  }
  return order;
}

Value* AtomicEmitter::call(const std::string& name, Type* result, std::vector<Value*> arguments) {
  arguments.push_back(e_.b.getInt32(order_));
  arguments.push_back(e_.b.getInt32(2));
  arguments.push_back(e_.b.getTrue());
  return e_.lowering.call_air(std::string("air.atomic.") + space_ + "." + name, result, arguments);
}

bool AtomicEmitter::load() {
  const std::string name = "load." + e_.lowering.air_suffix(bits_type_);
  Value* value = call(name, bits_type_, {pointer_});
  return e_.result(e_.b.CreateBitCast(value, value_type_));
}

bool AtomicEmitter::store() {
  Value* value = e_.operand(3, value_type_);
  if (value == nullptr) return false;
  const std::string name = "store." + e_.lowering.air_suffix(bits_type_);
  return call(name, e_.b.getVoidTy(), {pointer_, e_.b.CreateBitCast(value, bits_type_)}) != nullptr;
}

// value_operand 0: there is none, and it is 1.
bool AtomicEmitter::read_modify_write(const std::string& name, size_t value_operand) {
  if (name != "xchg" && !e_.is_integer(value_type_)) return e_.fail("needs integers");
  Value* value =
      value_operand == 0 ? e_.integer(value_type_, 1) : e_.operand(value_operand, value_type_);
  if (value == nullptr) return false;
  std::string sign;
  if (name != "xchg" && name.find('.') == std::string::npos) {
    sign = e_.lowering.type(e_.inst.type).is_signed ? ".s" : ".u";
  }
  Value* old = call(name + sign + "." + e_.lowering.air_suffix(bits_type_), bits_type_,
                    {pointer_, e_.b.CreateBitCast(value, bits_type_)});
  return e_.result(e_.b.CreateBitCast(old, value_type_));
}

// Tries again where the weak exchange failed for no reason: it gave back something else than the
// comparator, but `expected` still holds the comparator. Gives what was in memory.
Value* AtomicEmitter::exchange_strongly(Value* comparator, Value* desired) {
  auto& b = e_.b;
  llvm::AllocaInst* expected = e_.lowering.temporary(bits_type_, "expected");
  llvm::BasicBlock* attempt = e_.lowering.new_block("exchange");
  llvm::BasicBlock* done = e_.lowering.new_block("exchanged");
  b.CreateBr(attempt);
  b.SetInsertPoint(attempt);
  const llvm::Align align(e_.bits(bits_type_) / 8);
  b.CreateAlignedStore(comparator, expected, align);
  Value* order = b.getInt32(order_ == 3 ? 0 : order_ == 4 ? 2 : order_);
  const std::string name =
      std::string("air.atomic.") + space_ + ".cmpxchg.weak." + e_.lowering.air_suffix(bits_type_);
  Value* old = e_.lowering.call_air(
      name, bits_type_,
      {pointer_, expected, desired, b.getInt32(order_), order, b.getInt32(2), b.getTrue()});
  Value* seen = b.CreateAlignedLoad(bits_type_, expected, align);
  Value* failed = b.CreateICmpNE(old, comparator);
  Value* for_no_reason = b.CreateAnd(failed, b.CreateICmpEQ(seen, comparator));
  b.CreateCondBr(for_no_reason, attempt, done);
  b.SetInsertPoint(done);
  return old;
}

// (pointer, scope, semantics if equal, semantics if not, value, comparator)
bool AtomicEmitter::compare_exchange() {
  Value *value = e_.operand(4, value_type_), *comparator = e_.operand(5, value_type_);
  if (value == nullptr || comparator == nullptr) return false;
  if (!e_.is_integer(value_type_)) return e_.fail("needs integers");
  return e_.result(exchange_strongly(comparator, value));
}

Value* AtomicEmitter::combined(Value* old, Value* operand) {
  switch (e_.inst.op) {
    case Op::OpAtomicFMinEXT: return e_.same("fmin", {old, operand});
    case Op::OpAtomicFMaxEXT: return e_.same("fmax", {old, operand});
    default: return e_.b.CreateFAdd(old, operand);
  }
}

// Read, combine, exchange, until nobody came between.
Value* AtomicEmitter::float_loop() {
  auto& b = e_.b;
  Value* operand = e_.operand(3, value_type_);
  if (operand == nullptr) return nullptr;
  llvm::BasicBlock* again = e_.lowering.new_block("again");
  llvm::BasicBlock* done = e_.lowering.new_block("added");
  b.CreateBr(again);
  b.SetInsertPoint(again);
  const std::string name = "load." + e_.lowering.air_suffix(bits_type_);
  Value* before = call(name, bits_type_, {pointer_});
  Value* number = b.CreateBitCast(before, value_type_);
  Value* desired = b.CreateBitCast(combined(number, operand), bits_type_);
  Value* old = exchange_strongly(before, desired);
  b.CreateCondBr(b.CreateICmpEQ(old, before), done, again);
  b.SetInsertPoint(done);
  return number;
}

bool AtomicEmitter::float_operation() {
  if (!e_.is_float(value_type_)) return e_.fail("needs floating point numbers");
  const bool is_add = e_.inst.op == Op::OpAtomicFAddEXT;
  const bool is_native = e_.lowering.is_host() || (e_.lowering.options().native_float_atomics &&
                                                   std::string(space_) == "global");
  if (!is_add || !is_native) return e_.result(float_loop());
  Value* operand = e_.operand(3, value_type_);
  if (operand == nullptr) return false;
  const unsigned space = pointer_->getType()->getPointerAddressSpace();
  Value* pointer = e_.b.CreateBitCast(pointer_, value_type_->getPointerTo(space));
  return e_.result(
      call("add." + e_.lowering.air_suffix(value_type_), value_type_, {pointer, operand}));
}

bool AtomicEmitter::emit() {
  const Op op = e_.inst.op;
  Type* type = nullptr;
  if (op == Op::OpAtomicStore) {
    Value* value = e_.operand(3);
    type = value == nullptr ? nullptr : value->getType();
  } else {
    type = e_.type();
  }
  if (type == nullptr || !find_pointer(type)) return false;
  const auto wanted = order(e_.id(2));
  if (!wanted) return false;
  if (op == Op::OpAtomicCompareExchange && !order(e_.id(3))) return false;
  order_ = *wanted;
  switch (op) {
    case Op::OpAtomicLoad: return load();
    case Op::OpAtomicStore: return store();
    case Op::OpAtomicExchange: return read_modify_write("xchg", 3);
    case Op::OpAtomicCompareExchange: return compare_exchange();
    case Op::OpAtomicIIncrement: return read_modify_write("add", 0);
    case Op::OpAtomicIDecrement: return read_modify_write("sub", 0);
    case Op::OpAtomicIAdd: return read_modify_write("add", 3);
    case Op::OpAtomicISub: return read_modify_write("sub", 3);
    case Op::OpAtomicSMin: return read_modify_write("min.s", 3);
    case Op::OpAtomicUMin: return read_modify_write("min.u", 3);
    case Op::OpAtomicSMax: return read_modify_write("max.s", 3);
    case Op::OpAtomicUMax: return read_modify_write("max.u", 3);
    case Op::OpAtomicAnd: return read_modify_write("and", 3);
    case Op::OpAtomicOr: return read_modify_write("or", 3);
    case Op::OpAtomicXor: return read_modify_write("xor", 3);
    case Op::OpAtomicFAddEXT:
    case Op::OpAtomicFMinEXT:
    case Op::OpAtomicFMaxEXT: return float_operation();
    default: return e_.fail("not supported");
  }
}

}  // namespace

bool emit_atomic(Lowering& lowering, const Instruction& inst) {
  return AtomicEmitter(lowering, inst).emit();
}

}  // namespace tinsmith::air
