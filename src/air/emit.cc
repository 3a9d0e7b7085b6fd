// SPDX-License-Identifier: Apache-2.0
// The vocabulary of the emitters: constants and vectors without poison, calls of air.* by the
// grammar of their names, conversions in the forms that Apple's compiler writes.
#include "air/emit.h"

#include <llvm/Analysis/ConstantFolding.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

#include "air/witness.h"

namespace tinsmith::air {

using llvm::Type;
using llvm::Value;

bool Emitter::operands_like_result(unsigned n, llvm::SmallVectorImpl<Value*>& values) {
  Type* wanted = type();
  if (wanted == nullptr) return false;
  for (unsigned i = 0; i < n; ++i) {
    Value* value = operand(i, wanted);
    if (value == nullptr) return false;
    values.push_back(value);
  }
  return true;
}

bool Emitter::result(Value* x, Value* y) {
  auto* record = llvm::dyn_cast_or_null<llvm::StructType>(type());
  if (x == nullptr || y == nullptr || lowering.failed()) return false;
  if (record == nullptr || record->getNumElements() != 2 ||
      record->getElementType(0) != x->getType() || record->getElementType(1) != y->getType()) {
    return fail("the result must be a struct of the two results");
  }
  Value* value = b.CreateInsertValue(llvm::UndefValue::get(record), x, 0);
  return result(b.CreateInsertValue(value, y, 1));
}

Type* Emitter::with_element(Type* like, Type* element) const {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(like);
  return vector == nullptr ? element
                           : llvm::FixedVectorType::get(element, vector->getNumElements());
}

Type* Emitter::integers_like(Type* like) { return with_element(like, b.getIntNTy(bits(like))); }

Value* Emitter::number(Type* type, double value) { return llvm::ConstantFP::get(type, value); }

Value* Emitter::integer(Type* type, uint64_t value) {
  return llvm::ConstantInt::get(type, value, false);
}

unsigned Emitter::lanes(Type* type) const {
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector == nullptr ? 1 : vector->getNumElements();
}

Value* Emitter::splat(Value* scalar, Type* type) {
  if (!type->isVectorTy()) return scalar;
  return vector(llvm::SmallVector<Value*, 4>(lanes(type), scalar));
}

Value* Emitter::lane(Value* vector, unsigned i) {
  return vector->getType()->isVectorTy() ? b.CreateExtractElement(vector, b.getInt32(i)) : vector;
}

Value* Emitter::vector(llvm::ArrayRef<Value*> lanes) {
  Type* element = lanes[0]->getType();
  Value* value = llvm::UndefValue::get(
      llvm::FixedVectorType::get(element, static_cast<unsigned>(lanes.size())));
  for (unsigned i = 0; i < lanes.size(); ++i) {
    value = b.CreateInsertElement(value, lanes[i], b.getInt32(i));
  }
  return value;
}

bool Emitter::is_seen(const std::string& name, Type* type) const {
  if (lowering.is_host()) return true;
  const auto& target = lowering.options().target;
  const std::string whole = "air." + name + "." + lowering.air_suffix(type);
  return form_of(whole, {target.air_major, target.air_minor}).standing == Standing::Seen;
}

Value* Emitter::by_lanes(Type* result, llvm::ArrayRef<Value*> arguments,
                         const std::function<Value*(llvm::ArrayRef<Value*>)>& of_lane) {
  llvm::SmallVector<Value*, 4> all;
  for (unsigned i = 0; i < lanes(result); ++i) {
    llvm::SmallVector<Value*, 3> scalars;
    for (Value* argument : arguments) scalars.push_back(lane(argument, i));
    all.push_back(of_lane(scalars));
  }
  return vector(all);
}

Value* Emitter::air(const std::string& name, Type* result, llvm::ArrayRef<Value*> arguments) {
  if (!is_seen(name, result)) {
    if (result->isVectorTy()) {
      return by_lanes(result, arguments, [&](llvm::ArrayRef<Value*> scalars) {
        return air(name, result->getScalarType(), scalars);
      });
    }
    if (result->isHalfTy() && is_seen(name, b.getFloatTy())) {
      llvm::SmallVector<Value*, 3> wide;
      for (Value* argument : arguments) {
        const bool is_half = argument->getType()->isHalfTy();
        wide.push_back(is_half ? b.CreateFPExt(argument, b.getFloatTy()) : argument);
      }
      return b.CreateFPTrunc(air(name, b.getFloatTy(), wide), result);
    }
  }
  return lowering.call_air("air." + name + "." + lowering.air_suffix(result), result, arguments);
}

Value* Emitter::lesser(Value* x, Value* y, bool is_signed, bool greater) {
  const std::string name = std::string(greater ? "max" : "min") + (is_signed ? ".s" : ".u");
  if (is_seen(name, x->getType())) return same(name, {x, y});
  using llvm::CmpInst;
  const auto less = is_signed ? CmpInst::ICMP_SLT : CmpInst::ICMP_ULT;
  const auto more = is_signed ? CmpInst::ICMP_SGT : CmpInst::ICMP_UGT;
  return b.CreateSelect(b.CreateICmp(greater ? more : less, x, y), x, y);
}

Value* Emitter::clamp(Value* x, Value* low, Value* high) {
  return same("fmin", {same("fmax", {x, low}), high});
}

Value* Emitter::same(const std::string& name, std::initializer_list<Value*> arguments) {
  return air(name, (*arguments.begin())->getType(), llvm::ArrayRef<Value*>(arguments));
}

Value* Emitter::negate(Value* x) { return b.CreateFSub(number(x->getType(), -0.0), x); }

Value* Emitter::dot(Value* x, Value* y) {
  if (!x->getType()->isVectorTy()) return b.CreateFMul(x, y);
  if (is_seen("dot", x->getType())) {
    return lowering.call_air("air.dot." + lowering.air_suffix(x->getType()),
                             x->getType()->getScalarType(), {x, y});
  }
  Value* products = b.CreateFMul(x, y);
  Value* sum = lane(products, 0);
  for (unsigned i = 1; i < lanes(x->getType()); ++i) sum = b.CreateFAdd(sum, lane(products, i));
  return sum;
}

Value* Emitter::bitcast(Value* x, Type* type) {
  auto* constant = llvm::dyn_cast<llvm::Constant>(x);
  if (constant == nullptr) return b.CreateBitCast(x, type);
  return llvm::ConstantFoldCastOperand(llvm::Instruction::BitCast, constant, type,
                                       lowering.module().getDataLayout());
}

Value* Emitter::copysign(Value* magnitude, Value* sign) {
  Type* type = magnitude->getType();
  Type* ints = integers_like(type);
  const llvm::APInt mask = llvm::APInt::getSignMask(bits(type));
  Value* low = b.CreateAnd(b.CreateBitCast(magnitude, ints), llvm::ConstantInt::get(ints, ~mask));
  Value* high = b.CreateAnd(b.CreateBitCast(sign, ints), llvm::ConstantInt::get(ints, mask));
  return b.CreateBitCast(b.CreateOr(low, high), type);
}

Value* Emitter::convert(Value* value, char from, Type* type, char to) {
  Type* source = value->getType();
  if (source == type) return value;
  // Scalars of the same kind are native in Apple's files, vectors are not. double -> half would
  // round twice, or call a function of a run time, if it were native on the CPU.
  const bool to_half = bits(source) == 64 && bits(type) == 16;
  if (!source->isVectorTy() && from == 'f' && to == 'f' && !to_half) {
    return b.CreateFPCast(value, type);
  }
  if (!source->isVectorTy() && from != 'f' && to != 'f') {
    return b.CreateIntCast(value, type, from == 's');
  }
  if (from != 'f' && to != 'f' && bits(source) == bits(type)) return value;
  const std::string name =
      std::string("convert.") + to + "." + lowering.air_suffix(type) + "." + from;
  if (source->isVectorTy() && !is_seen(name, source)) {
    return by_lanes(type, {value}, [&](llvm::ArrayRef<Value*> scalar) {
      return convert(scalar[0], from, type->getScalarType(), to);
    });
  }
  return lowering.call_air("air." + name + "." + lowering.air_suffix(source), type, {value});
}

}  // namespace tinsmith::air
