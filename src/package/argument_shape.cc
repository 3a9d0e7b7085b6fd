// SPDX-License-Identifier: Apache-2.0
#include "package/argument_shape.h"

#include <algorithm>
#include <string>

#include "support/ranges.h"

namespace tinsmith::package {

namespace {

bool are_of_one_type(const std::vector<BlockType::Member>& members) {
  return ranges::all_of(members, [&](const BlockType::Member& member) {
    return member.type.kind == BlockType::Kind::Primitive &&
           member.type.dtype == members[0].type.dtype;
  });
}

// "v" of "v_0", where the name ends in `ending`.
std::optional<std::string> without(const std::string& name, const std::string& ending) {
  if (!name.ends_with(ending)) return std::nullopt;
  return name.substr(0, name.size() - ending.size());
}

}  // namespace

std::optional<std::vector<uint32_t>> tensor_shape(const BlockType& type) {
  if (type.kind == BlockType::Kind::Tensor) return type.tensor_shape;
  if (type.kind != BlockType::Kind::Struct || type.members.empty()) return std::nullopt;
  const auto& members = type.members;
  if (!are_of_one_type(members)) return std::nullopt;
  if (const auto matrix = without(members[0].name, "_0_0")) {
    uint32_t columns = 0;
    while (columns < members.size() &&
           members[columns].name == *matrix + "_0_" + std::to_string(columns))
      ++columns;
    const auto rows = static_cast<uint32_t>(members.size() / columns);
    bool all = members.size() % columns == 0;
    for (uint32_t i = 0; i < members.size() && all; ++i)
      all = members[i].name ==
            *matrix + "_" + std::to_string(i / columns) + "_" + std::to_string(i % columns);
    if (all) return std::vector<uint32_t>{rows, columns};
  }
  const auto vector = without(members[0].name, "_0");
  if (!vector) return std::nullopt;
  for (uint32_t i = 0; i < members.size(); ++i)
    if (members[i].name != *vector + "_" + std::to_string(i)) return std::nullopt;
  return std::vector<uint32_t>{static_cast<uint32_t>(members.size())};
}

}  // namespace tinsmith::package
