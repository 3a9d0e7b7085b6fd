// SPDX-License-Identifier: Apache-2.0
#include "runtime/backend.h"

#include <algorithm>

#include "support/ranges.h"

namespace tinsmith::runtime {

using package::BufferType;

BufferSource source_of(const package::BufferBinding& binding) {
  const bool indexed = binding.type == BufferType::Root || binding.type == BufferType::ExtArr;
  const int32_t index = indexed && !binding.root_id.empty() ? binding.root_id[0] : 0;
  return {binding.type, static_cast<uint32_t>(index), binding.gradient};
}

std::string unsupported(const package::Task& task) {
  if (!task.textures.empty()) return "a texture";
  if (task.type == package::TaskType::ListGen || task.type == package::TaskType::Gc)
    return "sparse fields";
  if (task.type == package::TaskType::MeshFor) return "meshes";
  for (const package::BufferBinding& binding : task.buffers) {
    if (binding.type == BufferType::ListGen) return "sparse fields";
    if (binding.type == BufferType::ArgPack) return "an argument pack";
  }
  return "";
}

Result<> check_metadata(const package::Task& task, const package::SpirvFacts& facts,
                        const std::string& place) {
  const auto& size = facts.local_size;
  if (task.group_size == 0 || size[0] != task.group_size || size[1] != 1 || size[2] != 1)
    return Failure{place + ": the SPIR-V has groups of " + std::to_string(size[0]) + " x " +
                   std::to_string(size[1]) + " x " + std::to_string(size[2]) +
                   " threads, the metadata says " + std::to_string(task.group_size)};
  for (const package::SpirvFacts::Binding& used : facts.bindings) {
    const auto found = ranges::find(task.buffers, used.binding, &package::BufferBinding::binding);
    if (used.set != 0 || found == task.buffers.end() ||
        (found->type == BufferType::Args) != used.uniform)
      return Failure{place + ": the metadata does not describe binding " +
                     std::to_string(used.binding) + " of set " + std::to_string(used.set) +
                     " as the SPIR-V uses it"};
  }
  return Ok{};
}

Result<> check_range(const char* doing, size_t offset, size_t bytes, size_t size) {
  if (offset <= size && bytes <= size - offset) return Ok{};
  return Failure{std::string(doing) + " " + std::to_string(bytes) + " bytes at " +
                 std::to_string(offset) + " is beyond the buffer's " + std::to_string(size)};
}

}  // namespace tinsmith::runtime
