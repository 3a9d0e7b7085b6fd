// SPDX-License-Identifier: Apache-2.0
// What the families of intrinsics (math, integer, convert, atomic) share: one call taken apart by
// the grammar of its name, air.[fast_]<operation>[.s|.u][.<type>].
#pragma once
#include <llvm/ADT/StringRef.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>

#include <vector>

namespace tinsmith::cpu {

struct AirCall {
  llvm::CallInst* call = nullptr;
  llvm::IRBuilder<>& b;  // before the call; with its fast-math flags
  llvm::StringRef operation;
  std::vector<llvm::StringRef> rest;  // of the name: sign and types
  bool serial = false;

  llvm::Type* type() const { return call->getType(); }
  llvm::Value* arg(unsigned i) const { return call->getArgOperand(i); }
  unsigned args() const { return call->arg_size(); }
  bool is_signed() const { return !rest.empty() && rest[0] == "s"; }
  // The first `count` arguments, and no others, have the type of the result.
  bool all_of_result_type(unsigned count) const {
    if (args() != count) return false;
    for (unsigned i = 0; i < count; ++i) {
      if (arg(i)->getType() != type()) return false;
    }
    return true;
  }
};

// Each gives the value that takes the call's place (of a call without result: any value), or null
// where the operation, or the operation with this signature, is none of its own.
llvm::Value* emit_math(AirCall& c);
llvm::Value* emit_integer(AirCall& c);
llvm::Value* emit_convert(AirCall& c);
llvm::Value* emit_pack(AirCall& c);
llvm::Value* emit_atomic(AirCall& c);

// `value` as a float of another width, correctly rounded. (double -> half is not left to LLVM: it
// would call a function of the compiler's run time by a convention that GCC's does not have.)
llvm::Value* convert_float(llvm::IRBuilder<>& b, llvm::Value* value, llvm::Type* type);
// `type` with another type of element: a vector stays a vector.
llvm::Type* with_element(llvm::Type* type, llvm::Type* element);

}  // namespace tinsmith::cpu
