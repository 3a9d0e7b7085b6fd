// SPDX-License-Identifier: Apache-2.0
// From a task of a package to code: lowered to AIR where it is SPIR-V still, then compiled.
#include <algorithm>

#include "air/air.h"
#include "cpu/device.h"
#include "cpu/seed.h"
#include "runtime/accesses.h"

namespace tinsmith::cpu {

using package::BufferType;
using package::TaskType;

namespace {

// Whether the code may choose the number of threads itself: loops stride over the whole grid, with
// two exceptions. Threads that wait for each other use their group's memory once, not once a
// stride; and the sequence of ti.random is that of genuine Taichi only with its grid.
bool takes_any_grid(const package::Task& task) {
  if (task.type != TaskType::RangeFor && task.type != TaskType::StructFor) return false;
  const runtime::ModuleUse use = runtime::find_accesses(task.spirv);
  if (use.synchronises) return false;
  for (const package::BufferBinding& bound : task.buffers)
    for (const runtime::Access& access : use.accesses)
      if (bound.type == BufferType::GlobalTmps && access.binding == bound.binding && access.at_seed)
        return false;
  return true;
}

std::optional<size_t> find_temporaries(const package::Task& task) {
  const auto found =
      std::ranges::find(task.buffers, BufferType::GlobalTmps, &package::BufferBinding::type);
  if (found == task.buffers.end()) return std::nullopt;
  return static_cast<size_t>(found - task.buffers.begin());
}

}  // namespace

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options) {
  if (!options.name.empty())
    return Failure{"there is one cpu device, and it is not chosen by name: '" + options.name + "'"};
  return open_with(options, compile_task);
}

Result<TaskCode> compile_task(const package::Task& task, const Options& options) {
  TaskCode made;
  Source source;
  air::Lowered lowered;  // what the source looks into, or
  std::optional<std::vector<std::byte>> without_stores;
  if (task.metal) {
    source.air = *task.metal->air;
    source.entry = task.metal->name;
    made.indices = task.metal->indices;
    const std::optional<size_t> temporaries = find_temporaries(task);
    const auto index = temporaries ? made.indices[*temporaries] : std::nullopt;
    if (index) {
      TS_TRY_ASSIGN(without, without_seed_stores(source.air, source.entry, *index));
      without_stores = std::move(without);
    }
    if (without_stores) {
      source.air = *without_stores;
      made.seed_index = index;
    }
  } else {
    const std::string entry = "main0";
    TS_TRY_ASSIGN(target, metallib::target_from_name("ios16"));
    const std::optional<size_t> temporaries = find_temporaries(task);
    package::Task without = task;
    const bool draws =
        temporaries && remove_seed_stores(without.spirv, task.buffers[*temporaries].binding);
    TS_TRY_ASSIGN(made_air,
                  air::lower(draws ? without : task, entry, {target, air::Dialect::Host}));
    lowered = std::move(made_air);
    source.air = lowered.function.blob;
    source.entry = entry;
    made.indices = lowered.indices;
    if (draws) made.seed_index = made.indices[*temporaries];
  }
  source.any_grid = takes_any_grid(task) && !made.seed_index;
  source.shape = shape_of(task);
  TS_TRY_ASSIGN(code, compile(source, options));
  made.code = std::move(code);
  return made;
}

}  // namespace tinsmith::cpu
