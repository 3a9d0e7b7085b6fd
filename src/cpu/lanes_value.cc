// SPDX-License-Identifier: Apache-2.0
// Values of a copy: a scalar where all lanes agree or differ by a stride (then it is lane 0's),
// else a vector. The one is made of the other where it is needed; LLVM moves that out of loops.
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/Analysis/VectorUtils.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/DynamicLibrary.h>

#include <algorithm>
#include <array>

#include "cpu/lanes_write.h"
#include "support/check.h"

namespace tinsmith::cpu {

using llvm::Instruction;
using llvm::Type;
using llvm::Value;

namespace {

// What LLVM calls an intrinsic, glibc's vector library calls by the name of the C function.
llvm::StringRef function_of_intrinsic(llvm::Intrinsic::ID id) {
  switch (id) {
    case llvm::Intrinsic::cos: return "cos";
    case llvm::Intrinsic::exp: return "exp";
    case llvm::Intrinsic::exp2: return "exp2";
    case llvm::Intrinsic::log: return "log";
    case llvm::Intrinsic::log10: return "log10";
    case llvm::Intrinsic::log2: return "log2";
    case llvm::Intrinsic::pow: return "pow";
    case llvm::Intrinsic::sin: return "sin";
    default: return {};
  }
}

constexpr std::array<llvm::StringLiteral, 26> kLibrary = {
    "acos",  "acosh", "asin", "asinh", "atan",  "atan2", "atanh", "cbrt",  "cos",
    "cosh",  "erf",   "erfc", "exp",   "exp10", "exp2",  "expm1", "hypot", "log",
    "log10", "log1p", "log2", "pow",   "sin",   "sinh",  "tan",   "tanh"};

bool is_saturating_conversion(llvm::Intrinsic::ID id) {
  return id == llvm::Intrinsic::fptosi_sat || id == llvm::Intrinsic::fptoui_sat;
}

bool is_lane_type(const Type* type) {
  return type->isVoidTy() || type->isHalfTy() || type->isFloatTy() || type->isDoubleTy() ||
         type->isPointerTy() || (type->isIntegerTy() && type->getIntegerBitWidth() <= 64);
}

bool is_note(const Instruction& inst) {
  const auto* intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&inst);
  if (intrinsic == nullptr) return false;
  const auto id = intrinsic->getIntrinsicID();
  return intrinsic->isAssumeLikeIntrinsic() || id == llvm::Intrinsic::assume;
}

bool can_call(const llvm::CallInst& call) {
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr) return false;
  if (update_of(call) || is_note(call)) return true;
  const auto id = callee->getIntrinsicID();
  if (id != llvm::Intrinsic::not_intrinsic) {
    return llvm::isTriviallyVectorizable(id) || is_saturating_conversion(id);
  }
  return callee->isDeclaration() && callee->doesNotAccessMemory() && callee->doesNotThrow() &&
         !callee->getReturnType()->isVoidTy();
}

}  // namespace

llvm::StringRef library_name(const llvm::Function& function) {
  if (const auto name = function_of_intrinsic(function.getIntrinsicID()); !name.empty())
    return name;
  if (!function.isDeclaration() || function.isIntrinsic()) return {};
  llvm::StringRef name = function.getName();
  if (function.getReturnType()->isFloatTy() && !name.consume_back("f")) return {};
  const auto* found = std::ranges::find(kLibrary, name);
  return found == kLibrary.end() ? llvm::StringRef() : llvm::StringRef(*found);
}

bool can_be_lanes(const Instruction& inst) {
  if (!is_lane_type(inst.getType())) return false;
  for (const llvm::Use& operand : inst.operands()) {
    const Type* type = operand->getType();
    if (!is_lane_type(type) && !type->isLabelTy() && !type->isMetadataTy()) return false;
  }
  if (const auto* call = llvm::dyn_cast<llvm::CallInst>(&inst)) return can_call(*call);
  if (inst.isAtomic() || inst.isVolatile() || llvm::isa<llvm::AllocaInst>(inst)) return false;
  // Vectors of single bits are packed, memory of them is not.
  if (const auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst))
    return !load->getType()->isIntegerTy(1);
  if (const auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst))
    return !store->getValueOperand()->getType()->isIntegerTy(1);
  // An array of the thread's own, which its iterations use one after the other.
  const llvm::Value* pointer = llvm::getLoadStorePointerOperand(&inst);
  if (pointer && llvm::isa<llvm::AllocaInst>(llvm::getUnderlyingObject(pointer))) return false;
  if (inst.isTerminator()) return llvm::isa<llvm::BranchInst>(inst);
  return inst.isBinaryOp() || inst.isUnaryOp() || inst.isCast() || llvm::isa<llvm::CmpInst>(inst) ||
         llvm::isa<llvm::SelectInst>(inst) || llvm::isa<llvm::PHINode>(inst) ||
         llvm::isa<llvm::GetElementPtrInst>(inst) || llvm::isa<llvm::FreezeInst>(inst);
}

Type* LaneWriter::wide(Type* type) const {
  return llvm::FixedVectorType::get(type, settings_.width);
}

unsigned LaneWriter::rows_of(const Value* value) const {
  return shapes_.differs_by_row(value) ? static_cast<unsigned>(cells_.size()) : 1;
}

LaneWriter::Entry& LaneWriter::entry(const Value* value, unsigned row) {
  return values_[{value, shapes_.differs_by_row(value) ? row : 0}];
}

Value* LaneWriter::scalar(Value* value, unsigned row) {
  auto* inst = llvm::dyn_cast<Instruction>(value);
  if (inst == nullptr || !loop_.contains(inst)) return value;
  Value* found = entry(value, row).scalar;
  TS_CHECK(found != nullptr, "lanes: a value has no scalar");
  return found;
}

Value* LaneWriter::steps(Type* type, int64_t stride) {
  llvm::SmallVector<llvm::Constant*, 64> lanes;
  for (unsigned lane = 0; lane < settings_.width; ++lane) {
    lanes.push_back(llvm::ConstantInt::get(type, static_cast<uint64_t>(stride * lane), true));
  }
  return llvm::ConstantVector::get(lanes);
}

Value* LaneWriter::vector(Value* value, unsigned row) {
  auto* inst = llvm::dyn_cast<Instruction>(value);
  if (inst != nullptr && loop_.contains(inst)) {
    const Entry found = entry(value, row);
    if (found.vector != nullptr) return found.vector;
  }
  Value* first = scalar(value, row);
  const Shape shape = shapes_.of(value);
  if (shape.is_uniform()) return b_.CreateVectorSplat(settings_.width, first);
  Type* type = first->getType();
  if (!type->isPointerTy()) {
    Value* lane0 = b_.CreateVectorSplat(settings_.width, first);
    return b_.CreateAdd(lane0, steps(type, shape.stride));
  }
  const unsigned space = type->getPointerAddressSpace();
  Value* bytes = b_.CreateBitCast(first, b_.getInt8PtrTy(space));
  Value* lanes = b_.CreateGEP(b_.getInt8Ty(), bytes, steps(b_.getInt64Ty(), shape.stride));
  return b_.CreateBitCast(lanes, wide(type));
}

// The index, its row and its column: told by the cell.
bool LaneWriter::write_place(Instruction& inst) {
  const auto number = [&](uint64_t n) { return llvm::ConstantInt::get(b_.getInt64Ty(), n); };
  const auto derived = std::ranges::find(columns_.derived, &inst, &Columns::Derived::inst);
  const bool is_derived = derived != columns_.derived.end();
  if (&inst != grid_.index && !is_derived) return false;
  for (unsigned row = 0; row < rows_of(&inst); ++row) {
    const Cell& cell = cells_[row];
    Value* value = cell.index;
    if (is_derived) {
      const uint64_t by = derived->factor;
      if (!derived->is_remainder) {
        value = by == 1 ? cell.row : b_.CreateUDiv(cell.row, number(by));
      } else if (by == 1) {
        value = cell.column;
      } else {
        Value* within = b_.CreateURem(cell.row, number(by));
        value = b_.CreateNSWAdd(b_.CreateNSWMul(within, number(columns_.constant)), cell.column);
      }
    }
    entry(&inst, row).scalar = b_.CreateTrunc(value, inst.getType());
    places_[{&inst, rows_of(&inst) == 1 ? 0 : row}] = value;
  }
  return true;
}

void LaneWriter::write_instruction(Instruction& inst) {
  if (is_note(inst) || write_place(inst)) return;
  for (unsigned row = 0; row < rows_of(&inst); ++row) write_row(inst, row);
}

void LaneWriter::write_row(Instruction& inst, unsigned row) {
  if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&inst)) return write_store(*store, row);
  if (update_of(inst)) return write_update(llvm::cast<llvm::CallInst>(inst), row);
  const Shape shape = shapes_.of(&inst);
  if (shape.is_uniform() || shape.is_linear()) entry(&inst, row).scalar = same_for_all(inst, row);
  // A stride that holds for addresses only is no substitute for the lanes' own values.
  if (shape.is_varying() || shape.may_wrap) {
    Value* lanes = lane_by_lane(inst, row);
    entry(&inst, row).vector = lanes;
  }
}

Value* LaneWriter::same_for_all(Instruction& inst, unsigned row) {
  const bool extends = llvm::isa<llvm::ZExtInst>(inst) || llvm::isa<llvm::SExtInst>(inst);
  const bool is_exact = llvm::isa<llvm::SExtInst>(inst) || !grid_.may_be_negative;
  if (extends && is_exact && inst.getType()->isIntegerTy(64)) {
    const Value* place = inst.getOperand(0);
    const unsigned key = shapes_.differs_by_row(place) ? row : 0;
    if (Value* value = places_.lookup({place, key})) return value;
  }
  Instruction* copy = inst.clone();
  for (llvm::Use& operand : copy->operands()) operand.set(scalar(operand.get(), row));
  // Lane 0 may be one that does not run this; 64-bit sums are made so that they cannot overflow.
  const bool exact = inst.getType()->isIntegerTy(64);
  if (shapes_.of(&inst).is_linear() && !exact) copy->dropPoisonGeneratingFlags();
  if (llvm::isa<llvm::LoadInst>(inst)) mark(copy, inst, row);
  return b_.Insert(copy);
}

Value* LaneWriter::address_vector(llvm::GetElementPtrInst& gep, unsigned row) {
  const auto part = [&](Value* operand, bool index) {
    if (shapes_.of(operand).is_uniform()) return scalar(operand, row);
    auto* extension = llvm::dyn_cast<llvm::ZExtInst>(operand);
    // Elements that take two bytes or more are numbered below 2^31: gathers like 32-bit indices.
    const bool narrow = index && extension && extension->getSrcTy()->isIntegerTy(32) &&
                        layout_.getTypeAllocSize(gep.getResultElementType()) >= 2;
    if (!narrow) return vector(operand, row);
    return b_.CreateSExt(vector(extension->getOperand(0), row), wide(operand->getType()));
  };
  llvm::SmallVector<Value*, 4> indices;
  for (llvm::Use& index : gep.indices()) indices.push_back(part(index.get(), true));
  Value* base = part(gep.getPointerOperand(), false);
  return b_.CreateGEP(gep.getSourceElementType(), base, indices);
}

Value* LaneWriter::lane_by_lane(Instruction& inst, unsigned row) {
  const auto lanes = [&](unsigned i) { return vector(inst.getOperand(i), row); };
  Value* out = nullptr;
  if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&inst)) {
    return load_lanes(inst, load->getPointerOperand(), load->getType(), row);
  }
  if (auto* gep = llvm::dyn_cast<llvm::GetElementPtrInst>(&inst)) return address_vector(*gep, row);
  if (auto* call = llvm::dyn_cast<llvm::CallInst>(&inst)) return call_vector(*call, row);
  if (auto* compare = llvm::dyn_cast<llvm::CmpInst>(&inst)) {
    out = b_.CreateCmp(compare->getPredicate(), lanes(0), lanes(1));
  } else if (auto* cast = llvm::dyn_cast<llvm::CastInst>(&inst)) {
    out = b_.CreateCast(cast->getOpcode(), lanes(0), wide(inst.getType()));
  } else if (auto* select = llvm::dyn_cast<llvm::SelectInst>(&inst)) {
    Value* condition = select->getCondition();
    const bool is_uniform = shapes_.of(condition).is_uniform();
    out = b_.CreateSelect(is_uniform ? scalar(condition, row) : lanes(0), lanes(1), lanes(2));
  } else if (inst.isUnaryOp()) {
    out = b_.CreateUnOp(llvm::cast<llvm::UnaryOperator>(inst).getOpcode(), lanes(0));
  } else if (llvm::isa<llvm::FreezeInst>(inst)) {
    out = b_.CreateFreeze(lanes(0));
  } else {
    Value* second = lanes(1);
    const auto& binary = llvm::cast<llvm::BinaryOperator>(inst);
    // Lanes that are not there must not divide by zero.
    if (binary.isIntDivRem() && mask_ && !llvm::isa<llvm::Constant>(inst.getOperand(1))) {
      Value* one = llvm::ConstantInt::get(second->getType(), 1);
      second = b_.CreateSelect(mask_, second, one);
    }
    out = b_.CreateBinOp(binary.getOpcode(), lanes(0), second);
  }
  if (auto* made = llvm::dyn_cast<Instruction>(out)) made->copyIRFlags(&inst);
  return out;
}

Value* LaneWriter::call_vector(llvm::CallInst& call, unsigned row) {
  llvm::Function* callee = call.getCalledFunction();
  const auto id = callee->getIntrinsicID();
  Type* element = call.getType();
  llvm::SmallVector<Value*, 4> arguments;
  for (unsigned i = 0; i < call.arg_size(); ++i) {
    Value* argument = call.getArgOperand(i);
    const bool stays =
        id != llvm::Intrinsic::not_intrinsic && llvm::hasVectorInstrinsicScalarOpd(id, i);
    arguments.push_back(stays ? scalar(argument, row) : vector(argument, row));
  }
  if (!library_name(*callee).empty()) {
    if (Value* out = call_library(*callee, element, arguments)) return out;
  }
  if (id == llvm::Intrinsic::not_intrinsic) return call_each(call, row);
  llvm::SmallVector<Type*, 2> types = {wide(element)};
  if (is_saturating_conversion(id)) types.push_back(arguments[0]->getType());
  if (id == llvm::Intrinsic::powi) types.push_back(arguments[1]->getType());
  llvm::Function* wider = llvm::Intrinsic::getDeclaration(callee->getParent(), id, types);
  llvm::CallInst* out = b_.CreateCall(wider, arguments);
  out->copyIRFlags(&call);
  return out;
}

Value* LaneWriter::call_each(llvm::CallInst& call, unsigned row) {
  llvm::SmallVector<Value*, 4> vectors;
  for (Value* argument : call.args()) vectors.push_back(vector(argument, row));
  Value* out = llvm::UndefValue::get(wide(call.getType()));
  for (unsigned lane = 0; lane < settings_.width; ++lane) {
    llvm::SmallVector<Value*, 4> arguments;
    for (Value* lanes : vectors) arguments.push_back(b_.CreateExtractElement(lanes, lane));
    Value* one = b_.CreateCall(call.getCalledFunction(), arguments);
    out = b_.CreateInsertElement(out, one, lane);
  }
  return out;
}

// _ZGVeN16v_expf and its like (the vector function ABI of x86): a register's worth at a time.
Value* LaneWriter::call_library(llvm::Function& function, Type* element,
                                std::span<Value* const> arguments) {
  if (!element->isFloatTy() && !element->isDoubleTy()) return nullptr;
  const unsigned bits = settings_.unit.bits;
  const unsigned count = bits / element->getScalarSizeInBits();
  if (settings_.width % count != 0) return nullptr;
  const char isa = bits == 512 ? 'e' : bits == 256 ? 'd' : 'b';
  const std::string name = std::string("_ZGV") + isa + "N" + std::to_string(count) +
                           std::string(arguments.size(), 'v') + "_" + library_name(function).str() +
                           (element->isFloatTy() ? "f" : "");
  if (llvm::sys::DynamicLibrary::SearchForAddressOfSymbol(name) == nullptr) return nullptr;
  Type* part = llvm::FixedVectorType::get(element, count);
  const llvm::SmallVector<Type*, 2> types(arguments.size(), part);
  llvm::FunctionCallee callee =
      function.getParent()->getOrInsertFunction(name, llvm::FunctionType::get(part, types, false));
  auto* declared = llvm::cast<llvm::Function>(callee.getCallee());
  declared->addFnAttr(llvm::Attribute::ReadNone);
  declared->addFnAttr(llvm::Attribute::NoUnwind);
  declared->addFnAttr(llvm::Attribute::WillReturn);
  llvm::SmallVector<Value*, 8> parts;
  for (unsigned first = 0; first < settings_.width; first += count) {
    llvm::SmallVector<int, 16> lanes;
    for (unsigned lane = 0; lane < count; ++lane) lanes.push_back(static_cast<int>(first + lane));
    llvm::SmallVector<Value*, 2> pieces;
    for (Value* argument : arguments) pieces.push_back(b_.CreateShuffleVector(argument, lanes));
    parts.push_back(b_.CreateCall(callee, pieces));
  }
  return llvm::concatenateVectors(b_, parts);
}

}  // namespace tinsmith::cpu
