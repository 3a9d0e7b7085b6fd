// SPDX-License-Identifier: Apache-2.0
// Barriers: air.wg.barrier(memory, 1) for the workgroup, air.simdgroup.barrier(memory, scope) for
// the subgroup. `memory`: 1 buffers, 2 workgroup memory, 4 textures.
#include "air/emit.h"

namespace tinsmith::air {
namespace {

std::optional<unsigned> memory_flags(Emitter& e, uint32_t semantics_id) {
  const auto semantics = e.lowering.spirv().integer(semantics_id);
  if (!semantics) {
    e.fail("memory semantics must be a constant");
    return std::nullopt;
  }
  unsigned flags = 0;
  if ((*semantics & (0x40 | 0x200 | 0x400)) != 0) flags |= 1;  // uniform, cross-workgroup, counters
  if ((*semantics & 0x100) != 0) flags |= 2;
  if ((*semantics & 0x800) != 0) flags |= 4;
  return flags;
}

bool call(Emitter& e, const char* name, unsigned flags, unsigned scope) {
  return e.lowering.call_air(name, e.b.getVoidTy(), {e.b.getInt32(flags), e.b.getInt32(scope)}) !=
         nullptr;
}

// The scope that Apple's compiler writes went from 1 to 4 with AIR 2.7, for the same source.
bool simdgroup_barrier(Emitter& e, unsigned flags) {
  return call(e, "air.simdgroup.barrier", flags, e.lowering.air_at_least(2, 7) ? 4 : 1);
}

bool control_barrier(Emitter& e) {
  const auto scope = e.lowering.spirv().integer(e.id(0));
  const auto flags = memory_flags(e, e.id(2));
  if (!flags) return false;
  if (!scope) return e.fail("the scope must be a constant");
  if (*scope == static_cast<uint32_t>(spv::Scope::Workgroup)) {
    return call(e, "air.wg.barrier", *flags, 1);
  }
  if (*scope == static_cast<uint32_t>(spv::Scope::Subgroup)) return simdgroup_barrier(e, *flags);
  return e.fail(
      "there are barriers of the workgroup and of the subgroup only; end the kernel "
      "where all threads of a launch must meet");
}

// Order without meeting. Metal has a fence from AIR 2.7 on; before, the barrier of the SIMD group
// is what SPIRV-Cross takes for it.
bool memory_barrier(Emitter& e) {
  const auto flags = memory_flags(e, e.id(1));
  if (!flags) return false;
  if (!e.lowering.is_host() && !e.lowering.air_at_least(2, 7)) return simdgroup_barrier(e, *flags);
  return e.lowering.call_air("air.atomic.fence", e.b.getVoidTy(),
                             {e.b.getInt32(*flags), e.b.getInt32(5), e.b.getInt32(3)}) != nullptr;
}

}  // namespace

bool emit_barrier(Lowering& lowering, const Instruction& inst) {
  Emitter e(lowering, inst);
  switch (inst.op) {
    case spv::Op::OpControlBarrier: return control_barrier(e);
    case spv::Op::OpMemoryBarrier: return memory_barrier(e);
    default: return e.fail("not supported");
  }
}

}  // namespace tinsmith::air
