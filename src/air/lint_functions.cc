// SPDX-License-Identifier: Apache-2.0
// Functions and their instructions, calls of air.* apart. Apple's pipeline compiler knows the
// instructions that Apple's front end writes; others make it fail without a place or a name, or
// worse.
#include <llvm/IR/Constants.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <map>
#include <set>

#include "air/lint_report.h"

namespace tinsmith::air {

namespace {

using llvm::Instruction;

std::string_view view(llvm::StringRef text) { return {text.data(), text.size()}; }

// Why a type cannot be; empty for those that can.
std::string type_fault(const llvm::Type* type, AirVersion air) {
  while (true) {
    if (const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type)) {
      type = vector->getElementType();
    } else if (const auto* array = llvm::dyn_cast<llvm::ArrayType>(type)) {
      type = array->getElementType();
    } else {
      break;
    }
  }
  if (type->isDoubleTy()) return "f64, which Metal does not have";
  if (type->isBFloatTy() && !air.at_least(6)) return "bfloat, which came with AIR 2.6";
  if (const auto* integer = llvm::dyn_cast<llvm::IntegerType>(type)) {
    unsigned bits = integer->getBitWidth();
    bool is_known = bits == 1 || bits == 8 || bits == 16 || bits == 32 || bits == 64;
    return is_known ? "" : "i" + std::to_string(bits) + ", which no Apple-made library has";
  }
  bool is_known = type->isHalfTy() || type->isFloatTy() || type->isBFloatTy() || type->isVoidTy() ||
                  type->isLabelTy() || type->isMetadataTy() || type->isPointerTy() ||
                  type->isStructTy() || type->isFunctionTy();
  return is_known ? "" : "a type that no Apple-made library has";
}

const char* fix_of(unsigned opcode) {
  switch (opcode) {
    case Instruction::FNeg: return "write fsub float -0.0, x";
    case Instruction::Freeze: return "drop it";
    case Instruction::FRem: return "call air.fmod";
    case Instruction::SIToFP:
    case Instruction::UIToFP:
    case Instruction::FPToSI:
    case Instruction::FPToUI: return "call air.convert";
    case Instruction::AtomicRMW:
    case Instruction::AtomicCmpXchg: return "call air.atomic";
    case Instruction::Fence: return "call air.wg.barrier";
    case Instruction::AddrSpaceCast: return "keep pointers in their address space";
    default: return "";
  }
}

void judge_opcode(const Instruction& inst, const Subject& subject) {
  std::string name = inst.getOpcodeName();
  unsigned since = opcode_since(name);
  if (since == 0) {
    subject.add_at(inst, LintCode::InstructionNeverSeen,
                   "the instruction " + name + " is in no Apple-made library",
                   fix_of(inst.getOpcode()));
  } else if (!subject.air.at_least(since)) {
    subject.add_at(inst, LintCode::InstructionTooNew,
                   "the instruction " + name + " came with AIR 2." + std::to_string(since) +
                       "; readers of " + subject.version() + " do not know it",
                   fix_of(inst.getOpcode()));
  }
}

void judge_flags(const Instruction& inst, const Subject& subject) {
  const auto* op = llvm::dyn_cast<llvm::FPMathOperator>(&inst);
  if (!op || !op->getFastMathFlags().any()) return;
  std::string name = inst.getOpcodeName();
  if (llvm::isa<llvm::PHINode, llvm::SelectInst>(inst)) {
    subject.add_at(inst, LintCode::FlagsOnChoice,
                   "fast-math flags on " + name + ", which no Apple-made library has" +
                       (subject.air.at_least(6) ? "" : " and readers of AIR 2.5 stop at"),
                   "clear them");
  } else if (!subject.air.at_least(6)) {
    subject.add_at(inst, LintCode::FastMath,
                   "fast-math flags on " + name + " are not witnessed at " + subject.version());
  }
}

bool holds_poison(const llvm::Value& value, unsigned depth = 0) {
  if (llvm::isa<llvm::PoisonValue>(value)) return true;
  const auto* constant = llvm::dyn_cast<llvm::Constant>(&value);
  if (!constant || llvm::isa<llvm::GlobalValue>(constant) || depth > 4) return false;
  for (const llvm::Use& use : constant->operands()) {
    if (holds_poison(*use, depth + 1)) return true;
  }
  return false;
}

void judge_values(const Instruction& inst, const Subject& subject) {
  std::string fault = type_fault(inst.getType(), subject.air);
  for (const llvm::Use& use : inst.operands()) {
    if (fault.empty()) fault = type_fault(use->getType(), subject.air);
    if (!subject.air.at_least(6) && holds_poison(*use)) {
      subject.add_at(inst, LintCode::Poison,
                     "a poison constant: readers of " + subject.version() + " do not know it",
                     "write undef");
    }
  }
  if (const auto* alloca = llvm::dyn_cast<llvm::AllocaInst>(&inst); alloca && fault.empty()) {
    fault = type_fault(alloca->getAllocatedType(), subject.air);
  }
  if (!fault.empty()) subject.add_at(inst, LintCode::TypeUnknown, fault);
}

void judge_memory(const Instruction& inst, const Subject& subject) {
  const llvm::Value* pointer = llvm::getLoadStorePointerOperand(&inst);
  if (!pointer) return;
  if (llvm::getLoadStoreType(const_cast<Instruction*>(&inst))->getScalarType()->isIntegerTy(1)) {
    subject.add_at(inst, LintCode::BoolInMemory, "an i1 in memory: Apple's compiler writes i8",
                   "store zext i1 to i8, load i8 and compare or truncate");
  }
  unsigned space = pointer->getType()->getPointerAddressSpace();
  if (space > 3) {
    subject.add_at(inst, LintCode::AddressSpace,
                   "address space " + std::to_string(space) +
                       ": compute has 0 thread, 1 device, 2 constant, 3 threadgroup");
  }
}

void judge_body(const llvm::Function& fn, const Subject& subject) {
  for (const Instruction& inst : llvm::instructions(fn)) {
    judge_opcode(inst, subject);
    judge_flags(inst, subject);
    judge_values(inst, subject);
    judge_memory(inst, subject);
  }
}

void judge_kernel(const llvm::Function& fn, const Subject& subject) {
  std::string fault;
  if (fn.isDeclaration()) {
    fault = "it has no body";
  } else if (!fn.getReturnType()->isVoidTy()) {
    fault = "it returns a value";
  } else if (!fn.hasExternalLinkage() && !fn.hasWeakODRLinkage()) {
    fault = "its linkage is neither external nor weak_odr";
  } else if (fn.getCallingConv() != llvm::CallingConv::C) {
    fault = "its calling convention is not the default one";
  } else if (fn.isVarArg()) {
    fault = "it takes any number of arguments";
  }
  if (fault.empty()) return;
  subject.add_at(fn, LintCode::KernelShape, "the kernel is no kernel: " + fault,
                 "define void @kernel(…), external or weak_odr");
}

// Functions of Apple's static initialisers have external names too; they lie in a section.
void judge_helper(const llvm::Function& fn, const Subject& subject) {
  if (fn.isDeclaration() || fn.hasLocalLinkage() || fn.hasSection()) return;
  subject.add_at(fn, LintCode::HelperShape,
                 "a helper function that is not internal; in Apple-made libraries all are",
                 "define it internal fastcc");
}

using Callees = std::map<const llvm::Function*, std::set<const llvm::Function*>>;

bool reaches(const llvm::Function* from, const llvm::Function* to, const Callees& callees,
             std::set<const llvm::Function*>& visited) {
  auto found = callees.find(from);
  if (found == callees.end() || !visited.insert(from).second) return false;
  for (const llvm::Function* callee : found->second) {
    if (callee == to || reaches(callee, to, callees, visited)) return true;
  }
  return false;
}

void judge_circles(const llvm::Module& module, const Subject& subject) {
  Callees callees;
  for (const llvm::Function& fn : module) {
    for (const Instruction& inst : llvm::instructions(fn)) {
      const auto* call = llvm::dyn_cast<llvm::CallBase>(&inst);
      const llvm::Function* callee = call ? call->getCalledFunction() : nullptr;
      if (callee && !callee->isDeclaration()) callees[&fn].insert(callee);
    }
  }
  for (const llvm::Function& fn : module) {
    std::set<const llvm::Function*> visited;
    if (!reaches(&fn, &fn, callees, visited)) continue;
    subject.add_at(fn, LintCode::Recursion,
                   "the function calls itself, directly or not: Metal has no recursion",
                   "write it as a loop");
    return;
  }
}

}  // namespace

void lint_functions(const llvm::Module& module, const Subject& subject) {
  for (const llvm::Function& fn : module) {
    bool is_entry = view(fn.getName()) == subject.function.name;
    if (is_entry && subject.is_kernel()) judge_kernel(fn, subject);
    if (!is_entry) judge_helper(fn, subject);
    judge_body(fn, subject);
  }
  judge_circles(module, subject);
}

}  // namespace tinsmith::air
