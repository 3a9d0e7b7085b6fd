// SPDX-License-Identifier: Apache-2.0
// Replaces every `air.*` call of a module by native code, family by family, and makes integer
// division safe: a GPU gives some number for x/0, x86 ends the process. The grammar of the names is
// all that is known of them, so each form (type, vector length) works as soon as its operation
// does.
#include "cpu/intrinsics.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "cpu/intrinsics_call.h"

namespace tinsmith::cpu {
namespace {

using llvm::Value;

AirCall take_apart(llvm::CallInst* call, llvm::IRBuilder<>& b, llvm::StringRef name, bool serial) {
  llvm::SmallVector<llvm::StringRef, 8> parts;
  name.split(parts, '.');
  llvm::StringRef operation = parts.size() > 1 ? parts[1] : llvm::StringRef();
  operation.consume_front("fast_");  // the fast form is the precise one here
  return {
      call, b, operation, {parts.begin() + std::min<size_t>(2, parts.size()), parts.end()}, serial};
}

// Operations that are no arithmetic: hints and the like.
Value* emit_other(AirCall& c) {
  if (c.operation == "is_uniform" && c.args() == 1 && c.type()->isIntegerTy(1)) {
    return c.b.getTrue();  // feeds llvm.assume
  }
  if (c.operation == "normalize_function_constant_predicate" && c.all_of_result_type(1)) {
    Value* zero = llvm::Constant::getNullValue(c.type());
    return c.b.CreateZExt(c.b.CreateICmpNE(c.arg(0), zero), c.type());
  }
  return nullptr;
}

Value* replacement(AirCall& c) {
  if (c.operation == "convert") return emit_convert(c);
  if (c.operation == "pack" || c.operation == "unpack") return emit_pack(c);
  if (c.operation == "atomic" || c.operation == "store") return emit_atomic(c);
  if (Value* value = emit_math(c)) return value;
  if (Value* value = emit_integer(c)) return value;
  return emit_other(c);
}

// Numbers of up to 64 bits, vectors of up to 64, pointers: all that such functions deal in.
bool is_usual(const llvm::Type* type) {
  if (llvm::isa<llvm::ScalableVectorType>(type)) return false;
  const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  if (vector != nullptr && vector->getNumElements() > 64) return false;
  return type->getScalarSizeInBits() <= 64;
}

bool is_usual(const llvm::CallInst& call) {
  return is_usual(call.getType()) && llvm::all_of(call.args(), [](const llvm::Use& argument) {
           return is_usual(argument->getType());
         });
}

std::string as_called(const llvm::CallInst& call) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << call.getCalledFunction()->getName() << " as ";
  call.getFunctionType()->print(out);
  return out.str();
}

bool is_zero_or_unknown(const Value* divisor, const llvm::DataLayout& layout) {
  return !llvm::isKnownNonZero(divisor, layout);
}

// n / -1 and n % -1, n the least number: x86 traps there too.
bool may_be_minus_one(const Value* divisor) {
  const auto* constant = llvm::dyn_cast<llvm::Constant>(divisor);
  if (constant == nullptr) return true;
  if (const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(constant->getType())) {
    for (unsigned i = 0; i < vector->getNumElements(); ++i) {
      const auto* lane =
          llvm::dyn_cast_or_null<llvm::ConstantInt>(constant->getAggregateElement(i));
      if (lane == nullptr || lane->isMinusOne()) return true;
    }
    return false;
  }
  const auto* number = llvm::dyn_cast<llvm::ConstantInt>(constant);
  return number == nullptr || number->isMinusOne();
}

void make_safe(llvm::BinaryOperator& division, const llvm::DataLayout& layout) {
  const auto opcode = division.getOpcode();
  const bool is_signed = opcode == llvm::Instruction::SDiv || opcode == llvm::Instruction::SRem;
  Value* numerator = division.getOperand(0);
  Value* divisor = division.getOperand(1);
  llvm::Type* type = division.getType();
  llvm::IRBuilder<> b(&division);
  Value* one = llvm::ConstantInt::get(type, 1);
  Value* safe = divisor;
  if (is_signed && may_be_minus_one(divisor)) {
    const unsigned bits = type->getScalarSizeInBits();
    Value* least = llvm::ConstantInt::get(type, llvm::APInt::getSignedMinValue(bits));
    Value* overflows = b.CreateAnd(b.CreateICmpEQ(divisor, llvm::Constant::getAllOnesValue(type)),
                                   b.CreateICmpEQ(numerator, least));
    safe = b.CreateSelect(overflows, one, safe);
  }
  Value* is_zero = nullptr;
  if (is_zero_or_unknown(divisor, layout)) {
    is_zero = b.CreateICmpEQ(divisor, llvm::Constant::getNullValue(type));
    safe = b.CreateSelect(is_zero, one, safe);
  }
  if (safe == divisor) return;
  Value* result = b.CreateBinOp(opcode, numerator, safe);
  if (is_zero != nullptr) {
    Value* of_zero = opcode == llvm::Instruction::SDiv ? llvm::Constant::getNullValue(type)
                                                       : llvm::Constant::getAllOnesValue(type);
    result = b.CreateSelect(is_zero, of_zero, result);
  }
  division.replaceAllUsesWith(result);
  division.eraseFromParent();
}

void make_divisions_safe(llvm::Module& module) {
  std::vector<llvm::BinaryOperator*> divisions;
  for (llvm::Function& function : module) {
    for (llvm::Instruction& inst : llvm::instructions(function)) {
      if (auto* binary = llvm::dyn_cast<llvm::BinaryOperator>(&inst);
          binary && binary->isIntDivRem()) {
        divisions.push_back(binary);
      }
    }
  }
  for (llvm::BinaryOperator* division : divisions) make_safe(*division, module.getDataLayout());
}

}  // namespace

bool concerns_several_threads(llvm::StringRef name) {
  if (name == "air.wg.barrier" || name == "air.simdgroup.barrier") return true;
  for (const char* start : {"air.simd_", "air.quad_", "air.simdgroup_matrix_",
                            "air.get_simdgroup_size", "air.get_thread_index_in_simdgroup"}) {
    if (name.startswith(start)) return true;
  }
  return false;
}

Result<> replace_intrinsics(llvm::Module& module, const IntrinsicOptions& options) {
  std::vector<llvm::CallInst*> calls;
  std::set<std::string> unknown;
  for (llvm::Function& function : module) {
    if (!function.getName().startswith("air.")) continue;
    if (concerns_several_threads(function.getName())) continue;
    for (llvm::User* user : function.users()) {
      auto* call = llvm::dyn_cast<llvm::CallInst>(user);
      if (call != nullptr && call->getCalledFunction() == &function) {
        calls.push_back(call);
      } else {
        unknown.insert(function.getName().str() + " used otherwise than in a call");
      }
    }
  }
  for (llvm::CallInst* call : calls) {
    llvm::IRBuilder<> b(call);
    if (llvm::isa<llvm::FPMathOperator>(call)) b.setFastMathFlags(call->getFastMathFlags());
    const std::string name = call->getCalledFunction()->getName().str();
    AirCall c = take_apart(call, b, name, options.serial);
    Value* value = is_usual(*call) ? replacement(c) : nullptr;
    if (value == nullptr) {
      unknown.insert(as_called(*call));
      continue;
    }
    if (!call->getType()->isVoidTy()) call->replaceAllUsesWith(value);
    call->eraseFromParent();
  }
  if (!unknown.empty()) {
    std::string names;
    for (const std::string& name : unknown) names += (names.empty() ? "" : ", ") + name;
    return Failure{"the cpu device does not know these functions: " + names};
  }
  make_divisions_safe(module);
  return Ok{};
}

}  // namespace tinsmith::cpu
