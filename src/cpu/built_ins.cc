// SPDX-License-Identifier: Apache-2.0
// Built-ins from the position of a thread. A table of names; everything is computed where it is
// asked for, and what nobody reads is removed later.
#include "cpu/built_ins.h"

#include <llvm/IR/DerivedTypes.h>

#include <string_view>
#include <utility>

#include "support/check.h"

namespace tinsmith::cpu {

namespace {

enum class BuiltIn : uint8_t {
  Position,
  ThreadsPerGrid,
  GridOrigin,
  Local,
  Extent,
  DispatchExtent,
  GroupId,
  Groups,
  ThreadIndex,
  SimdIndex,
  SimdGroup,
  SimdGroups,
  DispatchSimdGroups,
  SimdWidth,
  QuadIndex,
  QuadGroup,
  QuadGroups,
  DispatchQuadGroups,
  QuadWidth,
};

constexpr std::pair<std::string_view, BuiltIn> kNames[] = {
    {"thread_position_in_grid", BuiltIn::Position},
    {"threads_per_grid", BuiltIn::ThreadsPerGrid},
    {"grid_size", BuiltIn::ThreadsPerGrid},
    {"grid_origin", BuiltIn::GridOrigin},
    {"thread_position_in_threadgroup", BuiltIn::Local},
    {"threads_per_threadgroup", BuiltIn::Extent},
    {"dispatch_threads_per_threadgroup", BuiltIn::DispatchExtent},
    {"threadgroup_position_in_grid", BuiltIn::GroupId},
    {"threadgroups_per_grid", BuiltIn::Groups},
    {"thread_index_in_threadgroup", BuiltIn::ThreadIndex},
    {"thread_index_in_simdgroup", BuiltIn::SimdIndex},
    {"simdgroup_index_in_threadgroup", BuiltIn::SimdGroup},
    {"simdgroups_per_threadgroup", BuiltIn::SimdGroups},
    {"dispatch_simdgroups_per_threadgroup", BuiltIn::DispatchSimdGroups},
    {"threads_per_simdgroup", BuiltIn::SimdWidth},
    {"thread_execution_width", BuiltIn::SimdWidth},
    {"thread_index_in_quadgroup", BuiltIn::QuadIndex},
    {"quadgroup_index_in_threadgroup", BuiltIn::QuadGroup},
    {"quadgroups_per_threadgroup", BuiltIn::QuadGroups},
    {"dispatch_quadgroups_per_threadgroup", BuiltIn::DispatchQuadGroups},
    {"threads_per_quadgroup", BuiltIn::QuadWidth},
};

constexpr uint32_t kQuadWidth = 4;

const BuiltIn* find(const std::string& name) {
  for (const auto& [text, which] : kNames) {
    if (name == text) return &which;
  }
  return nullptr;
}

llvm::Value* divided_up(llvm::IRBuilder<>& builder, llvm::Value* value, llvm::Value* by) {
  // (value - 1) / by + 1: value is at least 1, and adding first could overflow.
  llvm::Value* less = builder.CreateSub(value, builder.getInt32(1));
  return builder.CreateAdd(builder.CreateUDiv(less, by), builder.getInt32(1));
}

llvm::Value* product(llvm::IRBuilder<>& builder, const Triple& sizes) {
  return builder.CreateMul(builder.CreateMul(sizes[0], sizes[1]), sizes[2]);
}

llvm::Value* thread_index(llvm::IRBuilder<>& builder, const ThreadValues& thread) {
  llvm::Value* rows =
      builder.CreateAdd(thread.local[1], builder.CreateMul(thread.extent[1], thread.local[2]));
  return builder.CreateAdd(thread.local[0], builder.CreateMul(thread.extent[0], rows));
}

llvm::Value* scalar(llvm::IRBuilder<>& builder, BuiltIn which, const ThreadValues& thread) {
  auto number = [&](uint32_t value) { return builder.getInt32(value); };
  switch (which) {
    case BuiltIn::ThreadIndex: return thread_index(builder, thread);
    case BuiltIn::SimdIndex:
      return builder.CreateAnd(thread_index(builder, thread), number(kSimdWidth - 1));
    case BuiltIn::SimdGroup:
      return builder.CreateUDiv(thread_index(builder, thread), number(kSimdWidth));
    case BuiltIn::SimdGroups:
      return divided_up(builder, product(builder, thread.extent), number(kSimdWidth));
    case BuiltIn::DispatchSimdGroups:
      return divided_up(builder, product(builder, thread.group), number(kSimdWidth));
    case BuiltIn::SimdWidth: return number(kSimdWidth);
    case BuiltIn::QuadIndex:
      return builder.CreateAnd(thread_index(builder, thread), number(kQuadWidth - 1));
    case BuiltIn::QuadGroup:
      return builder.CreateUDiv(thread_index(builder, thread), number(kQuadWidth));
    case BuiltIn::QuadGroups:
      return divided_up(builder, product(builder, thread.extent), number(kQuadWidth));
    case BuiltIn::DispatchQuadGroups:
      return divided_up(builder, product(builder, thread.group), number(kQuadWidth));
    case BuiltIn::QuadWidth: return number(kQuadWidth);
    default: return nullptr;
  }
}

// The vector ones; the others have their value in the first place.
Triple triple(llvm::IRBuilder<>& builder, BuiltIn which, const ThreadValues& thread) {
  switch (which) {
    case BuiltIn::Position: return thread.position;
    case BuiltIn::ThreadsPerGrid: return thread.grid;
    case BuiltIn::GridOrigin: return constant_triple(builder, {0, 0, 0});
    case BuiltIn::Local: return thread.local;
    case BuiltIn::Extent: return thread.extent;
    case BuiltIn::DispatchExtent: return thread.group;
    case BuiltIn::GroupId: return thread.group_id;
    case BuiltIn::Groups: {
      Triple out;
      for (unsigned i = 0; i < 3; ++i) {
        out[i] = divided_up(builder, thread.grid[i], thread.group[i]);
      }
      return out;
    }
    default: {
      llvm::Value* one = builder.getInt32(1);
      return {scalar(builder, which, thread), one, one};
    }
  }
}

}  // namespace

bool is_built_in(const std::string& name) { return find(name) != nullptr; }

bool is_free_of_groups(const std::string& name) {
  const BuiltIn* which = find(name);
  TS_CHECK(which != nullptr, "unknown built-in " + name);
  switch (*which) {
    case BuiltIn::Position:
    case BuiltIn::ThreadsPerGrid:
    case BuiltIn::GridOrigin:
    case BuiltIn::DispatchExtent:
    case BuiltIn::Groups:
    case BuiltIn::DispatchSimdGroups:
    case BuiltIn::SimdWidth:
    case BuiltIn::DispatchQuadGroups:
    case BuiltIn::QuadWidth: return true;
    default: return false;
  }
}

llvm::Value* built_in(llvm::IRBuilder<>& builder, const std::string& name, llvm::Type* type,
                      const ThreadValues& thread) {
  const BuiltIn* which = find(name);
  TS_CHECK(which != nullptr, "unknown built-in " + name);
  Triple values = triple(builder, *which, thread);
  auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  if (vector == nullptr) return builder.CreateZExtOrTrunc(values[0], type);
  llvm::Value* out = llvm::UndefValue::get(type);
  for (unsigned i = 0; i < vector->getNumElements() && i < 3; ++i) {
    llvm::Value* element = builder.CreateZExtOrTrunc(values[i], vector->getElementType());
    out = builder.CreateInsertElement(out, element, i);
  }
  return out;
}

Triple load_triple(llvm::IRBuilder<>& builder, llvm::Value* run_grid, unsigned first_word) {
  Triple out;
  llvm::Value* words = builder.CreateBitCast(run_grid, builder.getInt32Ty()->getPointerTo());
  for (unsigned i = 0; i < 3; ++i) {
    llvm::Value* at =
        builder.CreateConstInBoundsGEP1_32(builder.getInt32Ty(), words, first_word + i);
    out[i] = builder.CreateLoad(builder.getInt32Ty(), at);
  }
  return out;
}

Triple constant_triple(llvm::IRBuilder<>& builder, const std::array<uint32_t, 3>& values) {
  return {builder.getInt32(values[0]), builder.getInt32(values[1]), builder.getInt32(values[2])};
}

}  // namespace tinsmith::cpu
