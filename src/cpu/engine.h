// SPDX-License-Identifier: Apache-2.0
// This machine as a compilation target, and object code made runnable by LLVM ORC.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "cpu/cpu.h"
#include "cpu/entry.h"
#include "support/result.h"

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace tinsmith::cpu {

// Triple and features: object code is for machines where this is the same.
const std::string& machine();

// A fresh one for each compilation: they are not to be shared between threads.
Result<std::unique_ptr<llvm::TargetMachine>> new_target_machine();

Result<std::vector<std::byte>> emit_object(llvm::Module& module, llvm::TargetMachine& target);

struct Loaded {
  Entry entry = nullptr;
  std::shared_ptr<void> memory;  // holds the code; frees it with its last owner
};
Result<Loaded> load_object(std::span<const std::byte> object);

}  // namespace tinsmith::cpu
