// SPDX-License-Identifier: Apache-2.0
// What a .metallib holds, whoever made it: a table, JSON or LLVM's text.
#pragma once
#include <string>

#include "support/result.h"

namespace tinsmith::cli {

struct LibraryView {
  std::string path, kernel;  // `kernel`: this function alone
  bool json = false, disassemble = false;
};

Result<std::string> describe_library(const LibraryView& view);

}  // namespace tinsmith::cli
