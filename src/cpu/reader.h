// SPDX-License-Identifier: Apache-2.0
// From the blob of a library to a module for this machine: the kernel is found by its metadata, its
// parameters are described, and what is Apple's alone (triple, attributes) is taken off.
#pragma once
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <memory>
#include <string>
#include <vector>

#include "cpu/cpu.h"
#include "support/result.h"

namespace tinsmith::cpu {

struct Parsed {
  std::unique_ptr<llvm::LLVMContext> context;  // before `module`, which must be destroyed first
  std::unique_ptr<llvm::Module> module;
  llvm::Function* kernel = nullptr;
  std::vector<Parameter> parameters;  // one for each parameter of `kernel`, in order
  uint32_t max_work_group_size = 0;   // 0: the library does not say
};

// Reads blob or raw bitcode. The module is still for air64, with all its metadata.
Result<Parsed> read_kernel(std::span<const std::byte> air, const std::string& entry);

// Turns the module into one for the host: triple, data layout, attributes. Parameters that the
// library says do not overlap get `noalias`; the kernel and its helpers become internal.
void adapt_to_host(Parsed& parsed, const std::string& triple, const llvm::DataLayout& layout);

}  // namespace tinsmith::cpu
