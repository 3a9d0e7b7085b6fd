// SPDX-License-Identifier: Apache-2.0
#include "cpu/program.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <typeinfo>

#include "cpu/seed.h"
#include "support/check.h"

namespace tinsmith::cpu {

using package::BufferType;

namespace {

// To wake a worker costs some microseconds, and as a part is taken its data change caches.
constexpr double kLeastNanosecondsOfPart = 50e3;
constexpr uint32_t kPartsOfThread = 4;  // so that threads which are late leave work to the others

}  // namespace

Source::Shape shape_of(const package::Task& task) {
  const uint32_t group = std::max(1u, task.group_size);
  const uint64_t groups =
      std::clamp<uint64_t>((task.threads + group - 1) / group, 1, kMaxGrid / group);
  return {{static_cast<uint32_t>(groups) * group, 1, 1}, {group, 1, 1}};
}

Result<std::unique_ptr<CpuProgram>> CpuProgram::make(std::shared_ptr<Machine> machine,
                                                     const package::Kernel& kernel) {
  auto program = std::make_unique<CpuProgram>();
  program->machine_ = std::move(machine);
  program->kernel_name_ = kernel.name;
  program->args_ = kernel.args;
  // Compiling is by far the most of it, and tasks do not depend on each other.
  std::vector<std::optional<Result<Task>>> prepared(kernel.tasks.size());
  std::vector<std::exception_ptr> bugs(kernel.tasks.size());
  program->machine_->pool.run(static_cast<uint32_t>(kernel.tasks.size()), [&](uint32_t i) {
    try {
      prepared[i] = program->prepare(kernel.tasks[i]);
    } catch (...) {
      bugs[i] = std::current_exception();
    }
  });
  Failure all{"", Blame::Input};
  for (size_t i = 0; i < prepared.size(); ++i) {
    if (bugs[i]) std::rethrow_exception(bugs[i]);
    if (*prepared[i]) {
      program->tasks_.push_back(std::move(**prepared[i]));
      continue;
    }
    const Failure& failure = prepared[i]->failure();
    all.what += (all.what.empty() ? "" : "\n") + failure.what;
    all.blame = failure.blame;
  }
  if (!all.what.empty()) return all;
  return program;
}

std::string CpuProgram::place(const std::string& task) const {
  return "kernel '" + kernel_name_ + "', task '" + task + "'";
}

Failure CpuProgram::at_task(const Task& task, const Failure& why) const {
  return {place(task.name) + ": " + why.what, why.blame};
}

Result<CpuProgram::Task> CpuProgram::prepare(const package::Task& description) const {
  const std::string here = place(description.name);
  if (const std::string what = runtime::unsupported(description); !what.empty())
    return Failure{here + " needs " + what + ", which this runtime does not support"};
  if (!description.metal) {
    auto facts = package::inspect_spirv(description.spirv);
    if (!facts) return Failure{here + ": " + facts.failure().what};
    TS_TRY(runtime::check_metadata(description, *facts, here));
  }
  Task task;
  task.name = description.name;
  const runtime::DebugOptions& debug = machine_->options.debug;
  auto made = machine_->compile(description,
                                {.debug = {debug.barriers, debug.loops, debug.nans, debug.serial},
                                 .fast_math = machine_->options.fast_math,
                                 .cache = machine_->options.cache});
  if (!made) return at_task(task, made.failure());
  TS_CHECK(made->indices.size() == description.buffers.size(), "an index for each buffer");
  for (size_t i = 0; i < made->indices.size(); ++i) {
    if (!made->indices[i]) continue;  // the code never looks at it
    const uint32_t index = *made->indices[i];
    if (index >= kMaxBuffers)
      return Failure{here + ": buffer index " + std::to_string(index) + " is beyond Metal's 30"};
    task.buffers = std::max<size_t>(task.buffers, index + 1);
    if (description.buffers[i].type == BufferType::Args) {
      task.args_indices.push_back(index);
    } else {
      task.bindings.push_back({index, runtime::source_of(description.buffers[i])});
    }
  }
  // A manifest that numbers the buffers otherwise than its library does.
  for (const Parameter& one : made->code->parameters()) {
    const bool has_buffer =
        std::ranges::find(made->indices, std::optional(one.index)) != made->indices.end();
    if (one.kind == Parameter::Kind::Buffer && !one.optional && !has_buffer)
      return Failure{here + ": its code uses buffer " + std::to_string(one.index) + " (" +
                     one.type + " " + one.name + "), which its description does not have"};
  }
  const Source::Shape shape = shape_of(description);
  task.grid = shape.grid;
  task.group = shape.group;
  task.code = std::move(made->code);
  task.seed_index = made->seed_index;
  task.divisible = task.code->divisible();
  return task;
}

Result<> CpuProgram::launch(std::span<const std::byte> block,
                            const runtime::LaunchBuffers& buffers) {
  if (!machine_->options.timing) return run_tasks(block, buffers);
  const auto start = std::chrono::steady_clock::now();
  Result<> ran = run_tasks(block, buffers);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  machine_->seconds += took.count();
  return ran;
}

Result<> CpuProgram::run_tasks(std::span<const std::byte> block,
                               const runtime::LaunchBuffers& buffers) {
  for (const Task& task : tasks_) {
    TS_TRY(gather(task, block, buffers));
    TS_TRY(run(task, {.buffers = std::span(addresses_).first(task.buffers),
                      .grid = task.grid,
                      .group = task.group,
                      .threadgroup_bytes = {}}));
    if (task.seed_index) ++static_cast<uint32_t*>(addresses_[*task.seed_index])[kSeedWord];
  }
  machine_->counters.dispatches += tasks_.size();
  return Ok{};
}

Result<> CpuProgram::gather(const Task& task, std::span<const std::byte> block,
                            const runtime::LaunchBuffers& buffers) {
  std::fill_n(addresses_.begin(), task.buffers, nullptr);
  // Code reads the block alone: it lies in constant memory.
  for (uint32_t index : task.args_indices) addresses_[index] = const_cast<std::byte*>(block.data());
  for (const Binding& binding : task.bindings) {
    runtime::Buffer* buffer = runtime::find_buffer(buffers, binding.source);
    // Every HostBuffer will do, so the class says all, and no cast that searches is needed.
    if (buffer == nullptr || typeid(*buffer) != typeid(HostBuffer))
      return Failure{
          "kernel '" + kernel_name_ + "', argument '" +
          (binding.source.type == BufferType::ExtArr ? args_[binding.source.index].name : "") +
          "': the buffer belongs to another device"};
    auto* own = static_cast<HostBuffer*>(buffer);
    addresses_[binding.index] = own->data();
    bound_[binding.index] = own;
  }
  return Ok{};
}

Result<> CpuProgram::run(const Task& task, const Launch& launch) {
  const uint32_t parts = parts_of(task, launch);
  if (parts > 1) return run_parts(task, launch, parts);
  if (machine_->options.debug.bounds) {
    TS_TRY(run_guarded(task, launch, 0, 1));
    return check_overwritten(task);
  }
  auto ran = task.code->run(launch);
  return ran ? std::move(ran) : at_task(task, ran.failure());
}

uint32_t CpuProgram::parts_of(const Task& task, const Launch& launch) const {
  const unsigned threads = machine_->pool.threads();
  if (!task.divisible || threads == 1) return 1;
  const double worth = task.code->cost(launch) / kLeastNanosecondsOfPart;
  const double most = std::min<double>(Pool::kMostParts, threads * kPartsOfThread);
  return static_cast<uint32_t>(std::clamp(worth, 1.0, most));
}

Result<> CpuProgram::run_parts(const Task& task, const Launch& launch, uint32_t parts) {
  const bool guarded = machine_->options.debug.bounds;
  std::mutex mutex;
  std::optional<Failure> first;
  uint32_t first_part = parts;
  machine_->pool.run(parts, [&](uint32_t part) {
    auto ran =
        guarded ? run_guarded(task, launch, part, parts) : task.code->run_part(launch, part, parts);
    if (ran) return;
    const std::lock_guard lock(mutex);
    if (part >= first_part) return;
    first_part = part;
    first = guarded ? ran.failure() : at_task(task, ran.failure());
  });
  if (first) return *first;
  return guarded ? check_overwritten(task) : Result<>(Ok{});
}

}  // namespace tinsmith::cpu
