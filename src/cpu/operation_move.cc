// SPDX-License-Identifier: Apache-2.0
// Values from other lanes: shuffles, broadcasts; and votes. Where the other lane does not exist or
// does not take part the language leaves the result open; here it is the lane's own value.
#include <llvm/IR/Intrinsics.h>

#include "cpu/body.h"
#include "cpu/entry.h"
#include "cpu/operation_writer.h"

namespace tinsmith::cpu {

namespace {

using llvm::Value;

// Runs `body` for each lane, with its index and the first lane of its group.
template <class Body>
void for_lanes(OperationWriter& writer, Body body) {
  llvm::IRBuilder<>& builder = writer.builder;
  emit_loop(builder, writer.number(0), writer.number(kSimdWidth), "lane", [&](Value* lane) {
    body(lane, builder.CreateAnd(lane, writer.number(~(writer.name.width - 1))));
  });
}

// The operand of lane base + index, where 0 <= index < width holds and that lane takes part.
Value* fetch(OperationWriter& writer, Value* lane, Value* base, Value* index) {
  llvm::IRBuilder<>& builder = writer.builder;
  Value* exists = builder.CreateICmpULT(index, writer.number(writer.name.width));
  Value* source = builder.CreateSelect(exists, builder.CreateAdd(base, index), lane);
  source = builder.CreateSelect(writer.takes_part(source), source, lane);
  return writer.operand(0, source);
}

Value* lane_number(OperationWriter& writer, unsigned operand, Value* lane) {
  return writer.builder.CreateZExtOrTrunc(writer.operand(operand, lane),
                                          writer.builder.getInt32Ty());
}

// (data, fill, delta, modulo): data from `delta` lanes away within groups of `modulo` lanes; where
// that leaves the group, fill from the other end of it.
void write_filling(OperationWriter& writer, bool up) {
  llvm::IRBuilder<>& builder = writer.builder;
  for_lanes(writer, [&](Value* lane, Value*) {
    Value* delta = lane_number(writer, 2, lane);
    Value* modulo = lane_number(writer, 3, lane);
    Value* index = builder.CreateURem(lane, modulo);
    Value* base = builder.CreateSub(lane, index);
    Value* moved = up ? builder.CreateSub(index, delta) : builder.CreateAdd(index, delta);
    Value* inside = builder.CreateICmpULT(moved, modulo);
    Value* wrapped = up ? builder.CreateAdd(moved, modulo) : builder.CreateSub(moved, modulo);
    Value* from = builder.CreateAdd(base, builder.CreateSelect(inside, moved, wrapped));
    from = builder.CreateAnd(from, writer.number(kSimdWidth - 1));
    writer.give(lane,
                builder.CreateSelect(inside, writer.operand(0, from), writer.operand(1, from)));
  });
}

// Where the value for a lane comes from, as an index within its group.
Value* source_of(OperationWriter& writer, const std::string& operation, Value* lane, Value* base) {
  llvm::IRBuilder<>& builder = writer.builder;
  Value* index = builder.CreateSub(lane, base);
  Value* by = lane_number(writer, 1, lane);
  Value* mask = writer.number(writer.name.width - 1);
  if (operation == "shuffle" || operation == "broadcast") return by;
  if (operation == "shuffle_up") return builder.CreateSub(index, by);
  if (operation == "shuffle_down") return builder.CreateAdd(index, by);
  if (operation == "shuffle_xor") return builder.CreateXor(index, by);
  if (operation == "shuffle_rotate_up") {
    return builder.CreateAnd(builder.CreateSub(index, by), mask);
  }
  if (operation == "shuffle_rotate_down") {
    return builder.CreateAnd(builder.CreateAdd(index, by), mask);
  }
  return nullptr;
}

bool is_move(const std::string& operation) {
  for (const char* known : {"shuffle", "broadcast", "shuffle_up", "shuffle_down", "shuffle_xor",
                            "shuffle_rotate_up", "shuffle_rotate_down"}) {
    if (operation == known) return true;
  }
  return false;
}

// The lanes of a group that take part, as the low bits of an i32.
Value* lanes_of_group(OperationWriter& writer, Value* base) {
  llvm::IRBuilder<>& builder = writer.builder;
  if (writer.name.width == kSimdWidth) return writer.lanes;
  return builder.CreateAnd(builder.CreateLShr(writer.lanes, base),
                           writer.number((1u << writer.name.width) - 1));
}

Value* first_lane(OperationWriter& writer, Value* base) {
  return writer.builder.CreateBinaryIntrinsic(llvm::Intrinsic::cttz, lanes_of_group(writer, base),
                                              writer.builder.getFalse());
}

// All lanes' truth values as bits of an i32.
Value* gather_bits(OperationWriter& writer) {
  llvm::IRBuilder<>& builder = writer.builder;
  Value* bits = builder.CreateAlloca(builder.getInt32Ty());
  builder.CreateStore(writer.number(0), bits);
  emit_loop(builder, writer.number(0), writer.number(kSimdWidth), "bit", [&](Value* lane) {
    Value* one = builder.CreateZExt(writer.operand(0, lane), builder.getInt32Ty());
    Value* before = builder.CreateLoad(builder.getInt32Ty(), bits);
    builder.CreateStore(builder.CreateOr(before, builder.CreateShl(one, lane)), bits);
  });
  return builder.CreateAnd(builder.CreateLoad(builder.getInt32Ty(), bits), writer.lanes);
}

}  // namespace

bool write_movement(OperationWriter& writer) {
  const std::string& operation = writer.name.operation;
  bool same = writer.operands() > 0 && writer.operand_type(0) == writer.result_type();
  if (!same) return false;
  if (operation == "shuffle_and_fill_up" || operation == "shuffle_and_fill_down") {
    if (writer.operands() != 4 || writer.operand_type(1) != writer.result_type()) return false;
    write_filling(writer, operation == "shuffle_and_fill_up");
    return true;
  }
  if (operation == "broadcast_first") {
    for_lanes(writer, [&](Value* lane, Value* base) {
      writer.give(lane, fetch(writer, lane, base, first_lane(writer, base)));
    });
    return true;
  }
  if (!is_move(operation) || writer.operands() != 2) return false;
  if (!writer.operand_type(1)->isIntegerTy()) return false;
  for_lanes(writer, [&](Value* lane, Value* base) {
    writer.give(lane, fetch(writer, lane, base, source_of(writer, operation, lane, base)));
  });
  return true;
}

bool write_vote(OperationWriter& writer) {
  const std::string& operation = writer.name.operation;
  llvm::IRBuilder<>& builder = writer.builder;
  llvm::Type* type = writer.result_type();
  bool has_value = operation == "all" || operation == "any" || operation == "ballot";
  bool known = has_value || operation == "active_threads_mask" || operation == "is_first";
  if (!known || !type->isIntegerTy() || writer.operands() != (has_value ? 1u : 0u)) return false;
  if (has_value && !writer.operand_type(0)->isIntegerTy(1)) return false;
  Value* bits = has_value ? gather_bits(writer) : writer.lanes;
  for_lanes(writer, [&](Value* lane, Value* base) {
    Value* here = lanes_of_group(writer, base);
    Value* set = writer.name.width == kSimdWidth
                     ? bits
                     : builder.CreateAnd(builder.CreateLShr(bits, base),
                                         writer.number((1u << writer.name.width) - 1));
    Value* result = set;
    if (operation == "all") result = builder.CreateICmpEQ(set, here);
    if (operation == "any") result = builder.CreateIsNotNull(set);
    if (operation == "is_first") {
      result = builder.CreateICmpEQ(builder.CreateSub(lane, base), first_lane(writer, base));
    }
    writer.give(lane, builder.CreateZExtOrTrunc(result, type));
  });
  return true;
}

}  // namespace tinsmith::cpu
