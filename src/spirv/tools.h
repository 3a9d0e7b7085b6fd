// SPDX-License-Identifier: Apache-2.0
// SPIRV-Tools, for the modules of one kernel.
#pragma once
#include <memory>

#include "package/package.h"
#include "support/result.h"

namespace tinsmith::spirv {

// Keeps the tables that SPIRV-Tools needs for the modules of a kernel: making them is not free.
class Tools {
 public:
  Tools();
  ~Tools();
  Result<> validate(const package::SpirvWords& words);
  Result<std::string> disassemble(const package::SpirvWords& words);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tinsmith::spirv
