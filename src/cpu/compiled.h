// SPDX-License-Identifier: Apache-2.0
// What compiling gives, and what the disk cache keeps: object code of this machine, and the facts
// that a launch needs. Plain data, nothing of LLVM.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cpu/cpu.h"

namespace tinsmith::cpu {

struct Compiled {
  std::vector<std::byte> object;  // an object file that defines kEntryName (entry.h)
  std::vector<Parameter> parameters;
  bool serial = false;                 // parts must be 1
  uint32_t max_work_group_size = 0;    // 0: any
  uint32_t threadgroup_bytes = 0;      // static threadgroup memory; arguments come after it
  double nanoseconds = 0;              // a guess for one thread of the grid, or one iteration
  bool counts = false;                 // entry with parts = 0 tells how many iterations there are
  std::optional<Source::Shape> shape;  // the only grid it runs with
  std::vector<std::string> places;     // texts of debug findings, by code - 1
};

}  // namespace tinsmith::cpu
