// SPDX-License-Identifier: Apache-2.0
// A module out of a blob that nobody has vouched for. LLVM's bitcode reader answers most damage
// with an error, some of it with an abort or a wild access: both come back from here as a Failure.
#pragma once
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "support/result.h"

namespace tinsmith::air {

// A module and what it lives in, destroyed in the right order.
struct LoadedModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};

// The blob may have its wrapper or be raw bitcode. A failure begins with `name`. The module has
// been read whole (nothing is left lazy) but not verified.
Result<LoadedModule> read_module(std::span<const std::byte> blob, std::string_view name);

}  // namespace tinsmith::air
