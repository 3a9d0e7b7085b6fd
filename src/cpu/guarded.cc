// SPDX-License-Identifier: Apache-2.0
// Launches whose buffers are guarded: what a task does outside of them becomes an error that names
// the buffer and the place.
#include <cstdio>

#include "cpu/faults.h"
#include "cpu/program.h"

namespace tinsmith::cpu {

using package::BufferType;

Result<> CpuProgram::run_guarded(const Task& task, const Launch& launch, uint32_t part,
                                 uint32_t parts) const {
  std::optional<Failure> failed;
  auto body = [&] {
    if (auto ran = task.code->run_part(launch, part, parts); !ran) failed = ran.failure();
  };
  if (const auto fault = catch_fault(body))
    return outside(task, fault->is_write ? "writes" : "reads", fault->address);
  if (failed) return at_task(task, *failed);
  return Ok{};
}

Result<> CpuProgram::check_overwritten(const Task& task) const {
  for (const Binding& binding : task.bindings)
    if (const int64_t offset = bound_[binding.index]->find_overwritten(); offset != 0)
      return Failure{place(task.name) + " writes " + describe(binding, offset)};
  return Ok{};
}

Failure CpuProgram::outside(const Task& task, const char* doing, const void* address) const {
  const std::string start = place(task.name) + " " + doing + " ";
  for (const Binding& binding : task.bindings) {
    const HostBuffer& buffer = *bound_[binding.index];
    if (buffer.guards(address))
      return Failure{start +
                     describe(binding, static_cast<const std::byte*>(address) - buffer.data())};
  }
  char text[32];
  std::snprintf(text, sizeof text, "%p", address);
  return Failure{start + "at address " + text + ", which is in none of its buffers"};
}

// "byte 64 of argument 'x', which has 64 bytes (element 16 of 16)"
std::string CpuProgram::describe(const Binding& binding, int64_t offset) const {
  const runtime::BufferSource& source = binding.source;
  const auto size = static_cast<int64_t>(bound_[binding.index]->size());
  std::string buffer = "its temporaries", element;
  if (source.type == BufferType::Root)
    buffer = "the fields of tree " + std::to_string(source.index);
  if (source.type == BufferType::Rets) buffer = "its results";
  if (source.type == BufferType::ExtArr) {
    const package::Arg& arg = args_[source.index];
    buffer = (source.gradient ? "the gradient of argument '" : "argument '") + arg.name + "'";
    const int64_t step = arg.dtype ? static_cast<int64_t>(tinsmith::bytes(*arg.dtype)) : 0;
    if (step > 0 && offset >= 0)
      element = " (number " + std::to_string(offset / step) + ", counted from 0, of " +
                std::to_string(size / step) + ")";
  }
  return "byte " + std::to_string(offset) + " of " + buffer + ", which has " +
         std::to_string(size) + " bytes" + element;
}

}  // namespace tinsmith::cpu
