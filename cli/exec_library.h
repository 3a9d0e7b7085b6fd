// SPDX-License-Identifier: Apache-2.0
// Running a kernel of a bare .metallib, whoever made it, on the cpu device.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "support/result.h"

namespace tinsmith::cli {

struct LibraryRun {
  std::string path;
  std::vector<std::string> words;    // the kernel, then name=value
  std::vector<std::string> outputs;  // buffer2=file.npy
  std::vector<uint32_t> grid, group;
  std::string debug;  // "barriers,nans"
  unsigned threads = 0;
};

// Whether the file begins as a Metal library does.
bool is_library(const std::string& path);
void add_library_options(CLI::App& command, LibraryRun& run);
Result<int> exec_library(const LibraryRun& run);

}  // namespace tinsmith::cli
