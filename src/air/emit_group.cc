// SPDX-License-Identifier: Apache-2.0
// Subgroup operations -> air.simd_* and air.quad_*. A subgroup is a SIMD group of 32 threads. What
// Metal has no function for (scans other than sums and products, 64-bit reductions) is refused.
#include <llvm/IR/Constants.h>
#include <llvm/IR/DerivedTypes.h>

#include "air/emit.h"

namespace tinsmith::air {
namespace {

using llvm::Type;
using llvm::Value;
using spv::Op;

class GroupEmitter {
 public:
  // `first`: where the operands begin after the scope (0 for the KHR forms, which have none).
  GroupEmitter(Lowering& lowering, const Instruction& inst, size_t first)
      : e_(lowering, inst, first) {}
  bool emit();

 private:
  Value* call(const std::string& name, Type* result, llvm::ArrayRef<Value*> arguments);
  Value* lane_operand(size_t i);
  Value* moved(const std::string& name, Value* value, llvm::ArrayRef<Value*> rest);
  Value* ballot(Value* condition);
  Value* mask_of(Value* vector);
  Value* lanes_below(bool inclusive);
  bool move(const std::string& name, bool has_lane);
  bool vote(const std::string& name);
  bool all_equal();
  bool ballot_bits();
  bool reduce(const std::string& operation, char kind);
  bool reduce_logic();
  Value* clustered(Value* value, const std::string& sign, const std::string& operation);
  bool quad_swap();
  bool arithmetic();

  Emitter e_;
};

Value* GroupEmitter::call(const std::string& name, Type* result, llvm::ArrayRef<Value*> arguments) {
  return e_.lowering.call_air("air." + name, result, arguments);
}

// The number of a lane, or a distance, as i16.
Value* GroupEmitter::lane_operand(size_t i) {
  Value* value = e_.operand(i);
  if (value == nullptr) return nullptr;
  if (!value->getType()->isIntegerTy() || e_.is_bool(value->getType())) {
    e_.fail("needs an integer for the lane");
    return nullptr;
  }
  return e_.b.CreateZExtOrTrunc(value, e_.b.getInt16Ty());
}

// A value through a function that only moves it: bool as i32, 64 bits as two words.
Value* GroupEmitter::moved(const std::string& name, Value* value, llvm::ArrayRef<Value*> rest) {
  Type* type = value->getType();
  auto& b = e_.b;
  const auto send = [&](Value* word) {
    const char* sign = e_.is_float(word->getType()) ? "." : ".u.";
    llvm::SmallVector<Value*, 3> arguments = {word};
    arguments.append(rest.begin(), rest.end());
    return call(name + sign + e_.lowering.air_suffix(word->getType()), word->getType(), arguments);
  };
  if (e_.is_bool(type)) {
    Type* words = e_.with_element(type, b.getInt32Ty());
    return b.CreateICmpNE(send(b.CreateZExt(value, words)), e_.integer(words, 0));
  }
  if (e_.bits(type) != 64) return send(value);
  Type* pair = llvm::FixedVectorType::get(b.getInt32Ty(), 2);
  if (!type->isVectorTy()) return b.CreateBitCast(send(e_.bitcast(value, pair)), type);
  llvm::SmallVector<Value*, 4> parts;
  for (unsigned i = 0; i < e_.lanes(type); ++i) {
    Value* part = send(e_.bitcast(e_.lane(value, i), pair));
    parts.push_back(b.CreateBitCast(part, type->getScalarType()));
  }
  return e_.vector(parts);
}

bool GroupEmitter::move(const std::string& name, bool has_lane) {
  Type* type = e_.type();
  Value* value = type == nullptr ? nullptr : e_.operand(0, type);
  if (value == nullptr) return false;
  if (!type->isIntOrIntVectorTy() && !type->isFPOrFPVectorTy()) return e_.fail("needs numbers");
  llvm::SmallVector<Value*, 1> rest;
  if (has_lane) {
    rest.push_back(lane_operand(1));
    if (rest[0] == nullptr) return false;
  }
  return e_.result(moved(name, value, rest));
}

bool GroupEmitter::vote(const std::string& name) {
  Value* condition = e_.operand(0, e_.b.getInt1Ty());
  return condition != nullptr && e_.result(call(name, e_.b.getInt1Ty(), {condition}));
}

bool GroupEmitter::all_equal() {
  Value* value = e_.operand(0);
  if (value == nullptr) return false;
  Type* type = value->getType();
  if (!type->isIntOrIntVectorTy() && !type->isFPOrFPVectorTy()) return e_.fail("needs numbers");
  Value* first = moved("simd_broadcast_first", value, {});
  Value* same =
      e_.is_float(type) ? e_.b.CreateFCmpOEQ(first, value) : e_.b.CreateICmpEQ(first, value);
  Value* all = e_.lane(same, 0);
  for (unsigned i = 1; i < e_.lanes(type); ++i) all = e_.b.CreateAnd(all, e_.lane(same, i));
  return e_.result(call("simd_all", e_.b.getInt1Ty(), {all}));
}

Value* GroupEmitter::ballot(Value* condition) {
  Value* bits = call("simd_ballot.i64", e_.b.getInt64Ty(), {condition});
  return e_.b.CreateTrunc(bits, e_.b.getInt32Ty());
}

// The word of a ballot's vector that our 32 lanes have.
Value* GroupEmitter::mask_of(Value* vector) {
  if (vector == nullptr) return nullptr;
  if (e_.lanes(vector->getType()) != 4 || !vector->getType()->getScalarType()->isIntegerTy(32)) {
    e_.fail("needs a ballot, a vector of four 32-bit integers");
    return nullptr;
  }
  return e_.lane(vector, 0);
}

Value* GroupEmitter::lanes_below(bool inclusive) {
  Value* lane = e_.lowering.builtin(spv::BuiltIn::SubgroupLocalInvocationId);
  if (lane == nullptr) return nullptr;
  auto& b = e_.b;
  Value* below = b.CreateSub(b.CreateShl(b.getInt32(1), lane), b.getInt32(1));
  return inclusive ? b.CreateOr(b.CreateShl(below, b.getInt32(1)), b.getInt32(1)) : below;
}

bool GroupEmitter::ballot_bits() {
  auto& b = e_.b;
  const Op op = e_.inst.op;
  if (op == Op::OpGroupNonUniformBallot || op == Op::OpSubgroupBallotKHR) {
    Value* condition = e_.operand(0, b.getInt1Ty());
    if (condition == nullptr) return false;
    Value* zero = b.getInt32(0);
    return e_.result(e_.vector({ballot(condition), zero, zero, zero}));
  }
  const bool has_operation = op == Op::OpGroupNonUniformBallotBitCount;
  Value* mask = mask_of(e_.operand(has_operation ? 1 : 0));
  if (mask == nullptr) return false;
  if (op == Op::OpGroupNonUniformBallotFindLSB) {
    return e_.result(e_.air("ctz", mask->getType(), {mask, b.getFalse()}));
  }
  if (op == Op::OpGroupNonUniformBallotFindMSB) {
    Value* zeros = e_.air("clz", mask->getType(), {mask, b.getFalse()});
    return e_.result(b.CreateSub(b.getInt32(31), zeros));
  }
  if (has_operation) {
    const uint32_t how = e_.id(0);
    if (how > 2) return e_.fail("this group operation does not exist for ballots");
    if (how != 0) {
      Value* below = lanes_below(how == 1);
      if (below == nullptr) return false;
      mask = b.CreateAnd(mask, below);
    }
    return e_.result(e_.same("popcount", {mask}));
  }
  Value* lane = op == Op::OpGroupNonUniformInverseBallot
                    ? e_.lowering.builtin(spv::BuiltIn::SubgroupLocalInvocationId)
                    : e_.operand(1, b.getInt32Ty());
  if (lane == nullptr) return false;
  Value* bit = b.CreateLShr(mask, b.CreateAnd(lane, b.getInt32(31)));
  return e_.result(b.CreateTrunc(bit, b.getInt1Ty()));
}

// Within clusters of a power of two: exchanged with the neighbour at distance 1, 2, 4 …
Value* GroupEmitter::clustered(Value* value, const std::string& sign,
                               const std::string& operation) {
  const auto size = e_.lowering.spirv().integer(e_.id(2));
  if (!size || *size == 0 || (*size & (*size - 1)) != 0 || *size > 32) {
    e_.fail("the size of a cluster must be 1, 2, 4, 8, 16 or 32");
    return nullptr;
  }
  auto& b = e_.b;
  for (uint16_t distance = 1; distance < *size; distance = static_cast<uint16_t>(2 * distance)) {
    Value* other = moved("simd_shuffle_xor", value, {b.getInt16(distance)});
    const bool of_float = e_.is_float(value->getType());
    if (operation == "sum") {
      value = of_float ? b.CreateFAdd(value, other) : b.CreateAdd(value, other);
    } else if (operation == "product") {
      value = of_float ? b.CreateFMul(value, other) : b.CreateMul(value, other);
    } else if (operation == "and") {
      value = b.CreateAnd(value, other);
    } else if (operation == "or") {
      value = b.CreateOr(value, other);
    } else if (operation == "xor") {
      value = b.CreateXor(value, other);
    } else {
      value = of_float ? e_.same("f" + operation, {value, other})
                       : e_.lesser(value, other, sign == ".s", operation == "max");
    }
  }
  return value;
}

// kind: f, s, u; i: as the type is
bool GroupEmitter::reduce(const std::string& operation, char kind) {
  Type* type = e_.type();
  Value* value = type == nullptr ? nullptr : e_.operand(1, type);
  if (value == nullptr) return false;
  if (kind == 'f' ? !e_.is_float(type) : !e_.is_integer(type)) return e_.fail("needs numbers");
  if (kind == 'i') {
    kind = e_.lowering.scalar_of(e_.lowering.type(e_.inst.type)).is_signed ? 's' : 'u';
  }
  const std::string sign = kind == 'f' ? "" : kind == 's' ? ".s" : ".u";
  const uint32_t how = e_.id(0);
  if (how == 3) return e_.result(clustered(value, sign, operation));
  if (e_.bits(type) == 64) {
    return e_.fail("Metal has no 64-bit reductions within a subgroup; use 32 bits");
  }
  std::string name = "simd_" + operation;
  if (how != 0) {
    if (how > 2) return e_.fail("this group operation is not known");
    if (operation != "sum" && operation != "product") {
      return e_.fail("Metal has scans of sums and products only");
    }
    name = std::string("simd_prefix_") + (how == 1 ? "inclusive_" : "exclusive_") + operation;
  }
  return e_.result(call(name + sign + "." + e_.lowering.air_suffix(type), type, {value}));
}

bool GroupEmitter::reduce_logic() {
  Value* value = e_.operand(1, e_.b.getInt1Ty());
  if (value == nullptr) return false;
  if (e_.id(0) != 0) return e_.fail("Metal has no scans of bool; use integers");
  Type* type = e_.b.getInt1Ty();
  if (e_.inst.op == Op::OpGroupNonUniformLogicalAnd)
    return e_.result(call("simd_all", type, {value}));
  if (e_.inst.op == Op::OpGroupNonUniformLogicalOr)
    return e_.result(call("simd_any", type, {value}));
  Value* count = e_.same("popcount", {ballot(value)});
  return e_.result(e_.b.CreateTrunc(count, type));
}

bool GroupEmitter::quad_swap() {
  Type* type = e_.type();
  Value* value = type == nullptr ? nullptr : e_.operand(0, type);
  if (value == nullptr) return false;
  const auto direction = e_.lowering.spirv().integer(e_.id(1));
  if (!direction || *direction > 2) return e_.fail("the direction must be 0, 1 or 2");
  return e_.result(
      moved("quad_shuffle_xor", value, {e_.b.getInt16(static_cast<uint16_t>(*direction + 1))}));
}

bool GroupEmitter::arithmetic() {
  switch (e_.inst.op) {
    case Op::OpGroupNonUniformIAdd: return reduce("sum", 'i');
    case Op::OpGroupNonUniformFAdd: return reduce("sum", 'f');
    case Op::OpGroupNonUniformIMul: return reduce("product", 'i');
    case Op::OpGroupNonUniformFMul: return reduce("product", 'f');
    case Op::OpGroupNonUniformSMin: return reduce("min", 's');
    case Op::OpGroupNonUniformUMin: return reduce("min", 'u');
    case Op::OpGroupNonUniformFMin: return reduce("min", 'f');
    case Op::OpGroupNonUniformSMax: return reduce("max", 's');
    case Op::OpGroupNonUniformUMax: return reduce("max", 'u');
    case Op::OpGroupNonUniformFMax: return reduce("max", 'f');
    case Op::OpGroupNonUniformBitwiseAnd: return reduce("and", 'i');
    case Op::OpGroupNonUniformBitwiseOr: return reduce("or", 'i');
    case Op::OpGroupNonUniformBitwiseXor: return reduce("xor", 'i');
    case Op::OpGroupNonUniformLogicalAnd:
    case Op::OpGroupNonUniformLogicalOr:
    case Op::OpGroupNonUniformLogicalXor: return reduce_logic();
    default: return e_.fail("not supported");
  }
}

bool GroupEmitter::emit() {
  switch (e_.inst.op) {
    case Op::OpGroupNonUniformElect: return e_.result(call("simd_is_first", e_.b.getInt1Ty(), {}));
    case Op::OpGroupNonUniformAll:
    case Op::OpSubgroupAllKHR: return vote("simd_all");
    case Op::OpGroupNonUniformAny:
    case Op::OpSubgroupAnyKHR: return vote("simd_any");
    case Op::OpGroupNonUniformAllEqual:
    case Op::OpSubgroupAllEqualKHR: return all_equal();
    // The lane of a broadcast may be computed, where all agree on it; simd_broadcast needs less.
    case Op::OpGroupNonUniformBroadcast: return move("simd_broadcast", true);
    case Op::OpSubgroupReadInvocationKHR: return move("simd_shuffle", true);
    case Op::OpGroupNonUniformBroadcastFirst:
    case Op::OpSubgroupFirstInvocationKHR: return move("simd_broadcast_first", false);
    case Op::OpGroupNonUniformShuffle: return move("simd_shuffle", true);
    case Op::OpGroupNonUniformShuffleXor: return move("simd_shuffle_xor", true);
    case Op::OpGroupNonUniformShuffleUp: return move("simd_shuffle_up", true);
    case Op::OpGroupNonUniformShuffleDown: return move("simd_shuffle_down", true);
    case Op::OpGroupNonUniformQuadBroadcast: return move("quad_broadcast", true);
    case Op::OpGroupNonUniformQuadSwap: return quad_swap();
    case Op::OpGroupNonUniformBallot:
    case Op::OpSubgroupBallotKHR:
    case Op::OpGroupNonUniformInverseBallot:
    case Op::OpGroupNonUniformBallotBitExtract:
    case Op::OpGroupNonUniformBallotBitCount:
    case Op::OpGroupNonUniformBallotFindLSB:
    case Op::OpGroupNonUniformBallotFindMSB: return ballot_bits();
    default: return arithmetic();
  }
}

bool has_scope(Op op) {
  switch (op) {
    case Op::OpSubgroupAllKHR:
    case Op::OpSubgroupAnyKHR:
    case Op::OpSubgroupAllEqualKHR:
    case Op::OpSubgroupBallotKHR:
    case Op::OpSubgroupFirstInvocationKHR:
    case Op::OpSubgroupReadInvocationKHR: return false;
    default: return true;
  }
}

}  // namespace

bool emit_group(Lowering& lowering, const Instruction& inst) {
  const bool scoped = has_scope(inst.op);
  if (scoped) {
    const auto scope = lowering.spirv().integer(inst.operand(0));
    if (!scope || *scope != static_cast<uint32_t>(spv::Scope::Subgroup)) {
      return lowering.fail("group operations are for the scope Subgroup only");
    }
  }
  return GroupEmitter(lowering, inst, scoped ? 1 : 0).emit();
}

}  // namespace tinsmith::air
