// SPDX-License-Identifier: Apache-2.0
// The words that tables and JSON of `tinsmith inspect` have in common.
#pragma once
#include <string>
#include <string_view>

#include "package/package.h"

namespace tinsmith::cli {

constexpr std::string_view word(package::TaskType type) {
  switch (type) {
    case package::TaskType::Serial: return "serial";
    case package::TaskType::RangeFor: return "range_for";
    case package::TaskType::StructFor: return "struct_for";
    case package::TaskType::MeshFor: return "mesh_for";
    case package::TaskType::ListGen: return "listgen";
    case package::TaskType::Gc: return "gc";
  }
  return "?";
}

constexpr std::string_view word(package::BufferType type) {
  switch (type) {
    case package::BufferType::Root: return "root";
    case package::BufferType::GlobalTmps: return "temporaries";
    case package::BufferType::Args: return "args";
    case package::BufferType::Rets: return "rets";
    case package::BufferType::ListGen: return "listgen";
    case package::BufferType::ExtArr: return "ndarray";
    case package::BufferType::ArgPack: return "argpack";
  }
  return "?";
}

inline std::string counted_axes(uint32_t n) {
  return std::to_string(n) + (n == 1 ? " axis" : " axes");
}

// Where the argument lies in the argument block; null for what has no place of its own there.
const package::BlockType::Member* member_of(const package::Kernel& kernel, const package::Arg& arg);

}  // namespace tinsmith::cli
