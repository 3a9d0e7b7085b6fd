// SPDX-License-Identifier: Apache-2.0
// The names `air.*` that concern one thread, as native LLVM IR. The inner step of cpu::compile that
// makes AIR plain code; what concerns several threads (barriers, SIMD groups, their matrices and
// built-ins) is left in place for the step that arranges threads.
#pragma once
#include <llvm/ADT/StringRef.h>

#include "support/result.h"

namespace llvm {
class Module;
}

namespace tinsmith::cpu {

struct IntrinsicOptions {
  // One worker runs the whole launch: atomics become plain loads and stores. Atomics of threadgroup
  // memory always do, since one worker runs a threadgroup.
  bool serial = false;
};

// Needs: a module as parsed, its functions valid. Leaves no `air.*` but those of
// concerns_several_threads, no fptosi out of range, and no integer division that traps: x/0 is 0
// (signed) or all ones (unsigned), x%0 all ones, as lavapipe has it; INT_MIN/-1 wraps. Fails, and
// names them all in one failure, on calls whose name or signature is not known.
Result<> replace_intrinsics(llvm::Module& module, const IntrinsicOptions& options);

// Whether `name` is one that replace_intrinsics leaves in place.
bool concerns_several_threads(llvm::StringRef name);

}  // namespace tinsmith::cpu
