// SPDX-License-Identifier: Apache-2.0
// A kernel as code, and its launch: the road that has to be short. All that can be known when the
// kernel is made stands in the tasks; a launch gathers addresses and calls.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cpu/device.h"
#include "cpu/entry.h"
#include "cpu/memory.h"
#include "cpu/pool.h"
#include "runtime/backend.h"

namespace tinsmith::cpu {

// What programs and buffers share of a device.
struct Machine {
  explicit Machine(const runtime::DeviceOptions& o)
      : options(o), pool(o.debug.serial ? 1 : o.threads) {}
  runtime::DeviceOptions options;
  CompileTask compile;
  Pool pool;
  runtime::Device::Counters counters;
  double seconds = 0;  // that launches took since the last Done, with options.timing
};

class CpuProgram final : public runtime::Program {
 public:
  static Result<std::unique_ptr<CpuProgram>> make(std::shared_ptr<Machine> machine,
                                                  const package::Kernel& kernel);
  Result<> launch(std::span<const std::byte> block, const runtime::LaunchBuffers& buffers) override;

 private:
  struct Binding {
    uint32_t index = 0;  // Metal's
    runtime::BufferSource source;
  };
  struct Task {
    std::string name;
    std::vector<Binding> bindings;
    std::vector<uint32_t> args_indices;  // where the argument block goes
    std::shared_ptr<const Code> code;
    std::array<uint32_t, 3> grid{1, 1, 1}, group{1, 1, 1};
    size_t buffers = 0;  // the highest index, plus one
    bool divisible = false;
    std::optional<uint32_t> seed_index;  // TaskCode's
  };

  Result<> run_tasks(std::span<const std::byte> block, const runtime::LaunchBuffers& buffers);
  Result<Task> prepare(const package::Task& description) const;
  Result<> gather(const Task& task, std::span<const std::byte> block,
                  const runtime::LaunchBuffers& buffers);
  Result<> run(const Task& task, const Launch& launch);
  uint32_t parts_of(const Task& task, const Launch& launch) const;
  Result<> run_parts(const Task& task, const Launch& launch, uint32_t parts);
  Failure at_task(const Task& task, const Failure& why) const;

  // With debug.bounds (guarded.cc).
  Result<> run_guarded(const Task& task, const Launch& launch, uint32_t part, uint32_t parts) const;
  Result<> check_overwritten(const Task& task) const;
  Failure outside(const Task& task, const char* doing, const void* address) const;
  std::string describe(const Binding& binding, int64_t offset) const;

  std::string place(const std::string& task) const;  // "kernel 'k', task 't'"

  std::shared_ptr<Machine> machine_;
  std::string kernel_name_;
  std::vector<package::Arg> args_;
  std::vector<Task> tasks_;
  // Of the task that is running.
  std::array<void*, kMaxBuffers> addresses_{};
  std::array<HostBuffer*, kMaxBuffers> bound_{};  // those that are not argument blocks
};

}  // namespace tinsmith::cpu
