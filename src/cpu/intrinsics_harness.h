// SPDX-License-Identifier: Apache-2.0
// For tests of replace_intrinsics: functions as LLVM text, replaced, compiled and called.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cpu/intrinsics.h"

namespace llvm::orc {
class LLJIT;
}

namespace tinsmith::cpu {

// One air.* call as `void (in, out)`: arguments lie in `in` 64 bytes apart, the result in `out`.
// Types are LLVM's text. half is float outside; vectors are as they lie in memory.
struct CallText {
  std::string name, result;
  std::vector<std::string> arguments;
};

class CompiledCalls {
 public:
  using Function = void (*)(const void* in, void* out);

  // `extra`: whole functions of the type above, found by their own names.
  static CompiledCalls from(const std::vector<CallText>& calls, const std::string& extra = "",
                            const IntrinsicOptions& options = {});
  CompiledCalls(CompiledCalls&&) noexcept;
  ~CompiledCalls();

  Function call(size_t index) const { return find("call" + std::to_string(index)); }
  Function find(const std::string& name) const;

 private:
  explicit CompiledCalls(std::unique_ptr<llvm::orc::LLJIT> jit);
  std::unique_ptr<llvm::orc::LLJIT> jit_;
};

// What replace_intrinsics says of this text; empty where it succeeds.
std::string failure_of(const std::string& text);

}  // namespace tinsmith::cpu
