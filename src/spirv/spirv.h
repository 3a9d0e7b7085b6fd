// SPDX-License-Identifier: Apache-2.0
// Stage::Tasks -> SPIR-V, one module a task, with Taichi's task interface (facts §1.8–1.10). The
// only includer of SPIRV-Tools.
#pragma once
#include <string>
#include <vector>

#include "ir/ir.h"
#include "package/package.h"
#include "support/result.h"

namespace tinsmith::spirv {

// The kernel as the package describes it: tasks with bindings and SPIR-V (validated), argument and
// return blocks. No optimiser of SPIRV-Tools runs: what it would find, the passes of opt have
// found, and every driver has its own. Task names are `<fn.name>_<i>_t<ii>`. Fails where SPIR-V has
// no counterpart (an atomic on a field that is not aligned to its size), naming it. A kernel that
// uses f64 carries its source lines where `sources` are given, without folders: Metal has no f64,
// and whoever converts the package must be told where it is.
Result<package::Kernel> emit(const Module& module, const Function& fn,
                             const SourceFiles* sources = nullptr);

// Argument and return blocks alone (facts §1.6, §1.7).
void describe_interface(const Function& fn, package::Kernel& kernel);

// Text of a module, for goldens and `inspect --dis`.
Result<std::string> disassemble(const package::SpirvWords& words);
// Runs the validator (Vulkan 1.1 environment); the failure holds its message.
Result<> validate(const package::SpirvWords& words);

}  // namespace tinsmith::spirv
