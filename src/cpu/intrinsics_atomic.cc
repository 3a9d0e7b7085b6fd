// SPDX-License-Identifier: Apache-2.0
// air.atomic.{global|local}.<op>[.s|.u].<type>(pointer, …, order, scope, volatile): device memory
// by the CPU's atomics, threadgroup memory by plain loads and stores, since one worker runs a
// threadgroup from beginning to end.
#include <llvm/ADT/StringSwitch.h>
#include <llvm/IR/Constants.h>

#include <optional>

#include "cpu/intrinsics_call.h"

namespace tinsmith::cpu {
namespace {

using llvm::AtomicOrdering;
using llvm::AtomicRMWInst;
using llvm::Type;
using llvm::Value;

// Metal's memory_order as it stands in a call. One that is no constant is taken as the strongest.
AtomicOrdering ordering(Value* value) {
  auto* constant = llvm::dyn_cast<llvm::ConstantInt>(value);
  if (constant == nullptr) return AtomicOrdering::SequentiallyConsistent;
  switch (constant->getZExtValue()) {
    case 0: return AtomicOrdering::Monotonic;
    case 2: return AtomicOrdering::Acquire;
    case 3: return AtomicOrdering::Release;
    case 4: return AtomicOrdering::AcquireRelease;
    default: return AtomicOrdering::SequentiallyConsistent;
  }
}

// A load cannot release, and a store cannot acquire: the nearest that they can.
AtomicOrdering for_load(AtomicOrdering order) {
  return llvm::isReleaseOrStronger(order) && order != AtomicOrdering::SequentiallyConsistent
             ? AtomicOrdering::Acquire
             : order;
}
AtomicOrdering for_store(AtomicOrdering order) {
  return llvm::isAcquireOrStronger(order) && order != AtomicOrdering::SequentiallyConsistent
             ? AtomicOrdering::Release
             : order;
}

struct Atomic {
  AirCall& c;
  llvm::StringRef op;
  Type* element = nullptr;
  bool plain = false;
  llvm::Align align;

  Value* pointer() const { return c.arg(0); }
};

// (order, scope, volatile), and from AIR 2.9 flags before the last.
bool has_tail(AirCall& c, unsigned first, unsigned orders = 1) {
  const unsigned tail = c.args() - first;
  if (c.args() < first || (tail != orders + 2 && tail != orders + 3)) return false;
  for (unsigned i = first; i + 1 < c.args(); ++i) {
    if (!c.arg(i)->getType()->isIntegerTy(32)) return false;
  }
  return c.arg(c.args() - 1)->getType()->isIntegerTy(1);
}

Value* load(Atomic& a) {
  if (a.c.type() != a.element || !has_tail(a.c, 1)) return nullptr;
  llvm::LoadInst* value = a.c.b.CreateAlignedLoad(a.element, a.pointer(), a.align);
  if (!a.plain) value->setAtomic(for_load(ordering(a.c.arg(1))));
  return value;
}

Value* store(Atomic& a) {
  if (!has_tail(a.c, 2) || a.c.arg(1)->getType() != a.element) return nullptr;
  llvm::StoreInst* inst = a.c.b.CreateAlignedStore(a.c.arg(1), a.pointer(), a.align);
  if (!a.plain) inst->setAtomic(for_store(ordering(a.c.arg(2))));
  return inst;
}

// Returns what was there, and puts it into *expected too: success is old == what expected held, so
// it must not fail for no reason, as the name allows it to.
Value* compare_exchange(Atomic& a) {
  AirCall& c = a.c;
  auto& b = c.b;
  if (!has_tail(c, 3, 2) || c.type() != a.element || c.arg(2)->getType() != a.element)
    return nullptr;
  auto* expected_type = llvm::dyn_cast<llvm::PointerType>(c.arg(1)->getType());
  if (!expected_type || !expected_type->isOpaqueOrPointeeTypeMatches(a.element)) return nullptr;
  Type* bits = b.getIntNTy(a.element->getScalarSizeInBits());
  Value* expected = b.CreateBitCast(b.CreateAlignedLoad(a.element, c.arg(1), a.align), bits);
  Value* desired = b.CreateBitCast(c.arg(2), bits);
  const unsigned space = a.pointer()->getType()->getPointerAddressSpace();
  Value* address = b.CreateBitCast(a.pointer(), bits->getPointerTo(space));
  Value* old = nullptr;
  if (a.plain) {
    old = b.CreateAlignedLoad(bits, address, a.align);
    Value* kept = b.CreateSelect(b.CreateICmpEQ(old, expected), desired, old);
    b.CreateAlignedStore(kept, address, a.align);
  } else {
    Value* exchange = b.CreateAtomicCmpXchg(address, expected, desired, a.align, ordering(c.arg(3)),
                                            for_load(ordering(c.arg(4))));
    old = b.CreateExtractValue(exchange, 0);
  }
  old = b.CreateBitCast(old, a.element);
  b.CreateAlignedStore(old, c.arg(1), a.align);
  return old;
}

std::optional<AtomicRMWInst::BinOp> binary_operation(llvm::StringRef op, bool is_signed,
                                                     bool is_float) {
  using Op = AtomicRMWInst::BinOp;
  if (is_float) {
    return llvm::StringSwitch<std::optional<Op>>(op)
        .Case("add", Op::FAdd)
        .Case("sub", Op::FSub)
        .Case("xchg", Op::Xchg)
        .Default(std::nullopt);
  }
  return llvm::StringSwitch<std::optional<Op>>(op)
      .Case("add", Op::Add)
      .Case("sub", Op::Sub)
      .Case("and", Op::And)
      .Case("or", Op::Or)
      .Case("xor", Op::Xor)
      .Case("xchg", Op::Xchg)
      .Case("min", is_signed ? Op::Min : Op::UMin)
      .Case("max", is_signed ? Op::Max : Op::UMax)
      .Default(std::nullopt);
}

Value* plain_operation(llvm::IRBuilder<>& b, AtomicRMWInst::BinOp op, Value* x, Value* y) {
  switch (op) {
    case AtomicRMWInst::Add: return b.CreateAdd(x, y);
    case AtomicRMWInst::Sub: return b.CreateSub(x, y);
    case AtomicRMWInst::And: return b.CreateAnd(x, y);
    case AtomicRMWInst::Or: return b.CreateOr(x, y);
    case AtomicRMWInst::Xor: return b.CreateXor(x, y);
    case AtomicRMWInst::Min: return b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
    case AtomicRMWInst::Max: return b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, y);
    case AtomicRMWInst::UMin: return b.CreateBinaryIntrinsic(llvm::Intrinsic::umin, x, y);
    case AtomicRMWInst::UMax: return b.CreateBinaryIntrinsic(llvm::Intrinsic::umax, x, y);
    case AtomicRMWInst::FAdd: return b.CreateFAdd(x, y);
    case AtomicRMWInst::FSub: return b.CreateFSub(x, y);
    default: return y;  // Xchg: binary_operation gives no other
  }
}

Value* read_modify_write(Atomic& a) {
  AirCall& c = a.c;
  auto& b = c.b;
  const bool is_signed = c.rest.size() > 2 && c.rest[2] == "s";
  const auto op = binary_operation(a.op, is_signed, a.element->isFloatingPointTy());
  if (!op || !has_tail(c, 2) || c.arg(1)->getType() != a.element) return nullptr;
  if (c.type() != a.element && !c.type()->isVoidTy()) return nullptr;  // min/max of u64: void
  if (!a.plain) {
    return b.CreateAtomicRMW(*op, a.pointer(), c.arg(1), a.align, ordering(c.arg(2)));
  }
  Value* old = b.CreateAlignedLoad(a.element, a.pointer(), a.align);
  b.CreateAlignedStore(plain_operation(b, *op, old, c.arg(1)), a.pointer(), a.align);
  return old;
}

Value* fence(AirCall& c) {  // (flags, order, scope)
  if (c.args() != 3 || !c.type()->isVoidTy()) return nullptr;
  const AtomicOrdering order = ordering(c.arg(1));
  if (c.serial || order == AtomicOrdering::Monotonic) return c.b.getTrue();
  return c.b.CreateFence(order);
}

// air.store.system_coherent.volatile.<type>.<pointer>(value, pointer)
Value* coherent_store(AirCall& c) {
  if (c.rest.empty() || c.rest[0] != "system_coherent" || c.args() != 2) return nullptr;
  auto* pointer = llvm::dyn_cast<llvm::PointerType>(c.arg(1)->getType());
  if (!pointer || !pointer->isOpaqueOrPointeeTypeMatches(c.arg(0)->getType())) return nullptr;
  const unsigned bits = static_cast<unsigned>(c.arg(0)->getType()->getPrimitiveSizeInBits());
  if (bits != 8 && bits != 16 && bits != 32 && bits != 64) return nullptr;
  auto* inst = c.b.CreateAlignedStore(c.arg(0), c.arg(1), llvm::Align(bits / 8), true);
  inst->setAtomic(AtomicOrdering::Release);
  return inst;
}

}  // namespace

Value* emit_atomic(AirCall& c) {
  if (c.operation == "store") return coherent_store(c);
  if (!c.rest.empty() && c.rest[0] == "fence") return fence(c);
  if (c.rest.size() < 3 || c.args() == 0) return nullptr;
  const bool is_local = c.rest[0] == "local";
  if (!is_local && c.rest[0] != "global") return nullptr;
  auto* pointer = llvm::dyn_cast<llvm::PointerType>(c.arg(0)->getType());
  if (pointer == nullptr || pointer->isOpaque()) return nullptr;
  Type* element = pointer->getNonOpaquePointerElementType();
  const bool is_number = element->isIntegerTy(32) || element->isIntegerTy(64) ||
                         element->isFloatTy() || element->isDoubleTy();
  if (!is_number) return nullptr;
  Atomic a{c, c.rest[1], element, is_local || c.serial,
           llvm::Align(element->getPrimitiveSizeInBits() / 8)};
  if (a.op == "load") return load(a);
  if (a.op == "store") return store(a);
  if (a.op == "cmpxchg") return c.rest[2] == "weak" ? compare_exchange(a) : nullptr;
  return read_modify_write(a);
}

}  // namespace tinsmith::cpu
