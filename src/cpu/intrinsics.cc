// SPDX-License-Identifier: Apache-2.0
// air.* calls -> native code. For now every such function is unknown.
#include "cpu/intrinsics.h"

#include <llvm/IR/Function.h>

#include <string>

namespace tinsmith::cpu {

namespace {

bool concerns_group(llvm::StringRef name) {
  return name == "air.wg.barrier" || name == "air.simdgroup.barrier" ||
         name.startswith("air.simd_") || name.startswith("air.quad_") ||
         name.startswith("air.simdgroup_matrix_") || name.startswith("air.get_simdgroup_size") ||
         name.startswith("air.get_thread_index_in_simdgroup");
}

}  // namespace

Result<> replace_intrinsics(llvm::Module& module, const IntrinsicOptions&) {
  std::string unknown;
  for (const llvm::Function& function : module) {
    if (!function.getName().startswith("air.") || function.use_empty()) continue;
    if (concerns_group(function.getName())) continue;
    unknown += (unknown.empty() ? "" : ", ") + function.getName().str();
  }
  if (!unknown.empty()) return Failure{"functions that the cpu device does not know: " + unknown};
  return Ok{};
}

}  // namespace tinsmith::cpu
