// SPDX-License-Identifier: Apache-2.0
// Which file emits an operation.
#include "air/emit.h"

namespace tinsmith::air {
namespace {

using spv::Op;

// Opcodes lie in ranges by family, as the specification numbers them.
bool within(Op op, Op first, Op last) { return op >= first && op <= last; }

bool is_subgroup(Op op) {
  return within(op, Op::OpGroupNonUniformElect, Op::OpGroupNonUniformQuadSwap) ||
         within(op, Op::OpSubgroupBallotKHR, Op::OpSubgroupReadInvocationKHR);
}

bool is_atomic(Op op) {
  return within(op, Op::OpAtomicLoad, Op::OpAtomicXor) || op == Op::OpAtomicFAddEXT ||
         op == Op::OpAtomicFMinEXT || op == Op::OpAtomicFMaxEXT;
}

bool is_product(Op op) {
  return within(op, Op::OpVectorTimesScalar, Op::OpDot) || op == Op::OpTranspose;
}

}  // namespace

bool emit_operation(Lowering& lowering, const Instruction& inst) {
  const Op op = inst.op;
  if (op == Op::OpExtInst) {
    switch (lowering.spirv().extended_set(inst.operand(0))) {
      case ExtendedSet::Glsl450: return emit_glsl(lowering, inst);
      case ExtendedSet::NonSemantic: return true;
      case ExtendedSet::None:
      case ExtendedSet::Unknown: break;
    }
    return lowering.fail("not supported: of the extended instructions only GLSL.std.450 is");
  }
  if (is_product(op)) return emit_matrix(lowering, inst);
  if (within(op, Op::OpConvertFToU, Op::OpBitcast)) return emit_conversion(lowering, inst);
  if (within(op, Op::OpSNegate, Op::OpSMulExtended)) return emit_arithmetic(lowering, inst);
  if (within(op, Op::OpAny, Op::OpFUnordGreaterThanEqual)) return emit_comparison(lowering, inst);
  if (within(op, Op::OpShiftRightLogical, Op::OpBitCount)) return emit_bits(lowering, inst);
  if (is_atomic(op)) return emit_atomic(lowering, inst);
  if (op == Op::OpControlBarrier || op == Op::OpMemoryBarrier) return emit_barrier(lowering, inst);
  if (is_subgroup(op)) return emit_group(lowering, inst);
  return lowering.fail("not supported");
}

}  // namespace tinsmith::air
