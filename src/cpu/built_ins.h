// SPDX-License-Identifier: Apache-2.0
// The values that Metal gives a kernel besides its buffers: where the thread is in its threadgroup
// and in the grid.
#pragma once
#include <llvm/IR/IRBuilder.h>

#include <array>
#include <string>

#include "cpu/cpu.h"
#include "cpu/entry.h"
#include "support/result.h"

namespace tinsmith::cpu {

using Triple = std::array<llvm::Value*, 3>;  // i32, by dimension

// One thread, as values of the code around the kernel. Unused ones cost nothing.
struct ThreadValues {
  Triple grid, group;       // of the launch
  Triple group_id, extent;  // of the threadgroup: position, size (smaller at the grid's edge)
  Triple local;             // position within the threadgroup
  Triple position;          // position in the grid
};

bool is_built_in(const std::string& name);
// Whether its value is the same for all threads of a launch or needs the position in the grid only.
bool is_free_of_groups(const std::string& name);

// The value for a parameter of type `type`: i32 or i16, or a vector of two or three of them.
llvm::Value* built_in(llvm::IRBuilder<>& builder, const std::string& name, llvm::Type* type,
                      const ThreadValues& thread);

// Fields of RunGrid (entry.h) as values: constants where the shape is known.
Triple load_triple(llvm::IRBuilder<>& builder, llvm::Value* run_grid, unsigned first_word);
Triple constant_triple(llvm::IRBuilder<>& builder, const std::array<uint32_t, 3>& values);

}  // namespace tinsmith::cpu
