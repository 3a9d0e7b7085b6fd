// SPDX-License-Identifier: Apache-2.0
// The cpu device: tasks become native code when a kernel is made, and a launch is a call. Reads and
// writes are copies, nothing is ever pending.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cpu/cpu.h"
#include "runtime/runtime.h"

namespace tinsmith::cpu {

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options);
runtime::DeviceInfo describe_device();

// A task as code.
struct TaskCode {
  std::shared_ptr<const Code> code;
  std::vector<std::optional<uint32_t>> indices;  // Metal buffer index for each of Task::buffers
  std::optional<uint32_t> seed_index;  // of the temporaries, in a task that draws (seed.h)
};
// Takes the AIR of a task that has some (from a bundle), else lowers its SPIR-V, and compiles it.
// A failure does not name the task.
Result<TaskCode> compile_task(const package::Task& task, const Options& options);

// The grid of a task: whole groups.
Source::Shape shape_of(const package::Task& task);

// For tests: a device whose tasks are compiled by something else.
using CompileTask = std::function<Result<TaskCode>(const package::Task&, const Options&)>;
std::shared_ptr<runtime::Device> open_with(const runtime::DeviceOptions& options,
                                           CompileTask compile);

}  // namespace tinsmith::cpu
