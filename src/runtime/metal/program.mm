// SPDX-License-Identifier: Apache-2.0
#include "runtime/metal/program.h"

#include <algorithm>
#include <cstring>
#include <typeinfo>

#include "runtime/metal/errors.h"
#include "support/check.h"
#include "support/ranges.h"

namespace tinsmith::runtime::metal {

using package::ArrayAccess;
using package::BufferType;

namespace {

constexpr size_t kBlockGranule = 16;
constexpr uint64_t kMostGridThreads = UINT32_MAX;  // their positions are 32 bits wide

// Whole groups, at least one. Metadata's number of threads is advisory: loops stride over the grid.
uint32_t groups_of(const package::Task& task) {
  const uint64_t groups = (task.threads + task.group_size - 1) / task.group_size;
  return static_cast<uint32_t>(std::clamp<uint64_t>(groups, 1, kMostGridThreads / task.group_size));
}

std::string names_of(id<MTLLibrary> library) {
  std::string names;
  for (NSString* name in library.functionNames) names += (names.empty() ? "" : ", ") + text(name);
  return names.empty() ? "none" : names;
}

}  // namespace

Result<std::unique_ptr<MetalProgram>> MetalProgram::make(std::shared_ptr<MetalDevice> device,
                                                         const package::Kernel& kernel) {
  auto program = std::make_unique<MetalProgram>();
  program->device_ = std::move(device);
  program->kernel_name_ = std::make_shared<const std::string>(kernel.name);
  for (const package::Arg& arg : kernel.args) program->arg_names_.push_back(arg.name);
  program->block_bytes_ = (kernel.args_bytes + kBlockGranule - 1) / kBlockGranule * kBlockGranule;
  if (program->block_bytes_ > kMostInRing)
    return Failure{"kernel '" + kernel.name + "': " + std::to_string(kernel.args_bytes) +
                   " bytes of arguments are more than the device takes (" +
                   std::to_string(kMostInRing) + ")"};
  Failure all{"", Blame::Input};
  std::string last;  // a library that is refused is so for all tasks; it is said once
  for (const package::Task& description : kernel.tasks) {
    auto task = program->prepare(description);
    if (task) {
      program->tasks_.push_back(std::move(*task));
      continue;
    }
    if (task.failure().what == std::exchange(last, task.failure().what)) continue;
    all.what += (all.what.empty() ? "" : "\n") + program->place(description.name) + ": " +
                task.failure().what;
    all.blame = task.failure().blame;
  }
  if (!all.what.empty()) return all;
  program->buffers_.resize(program->sources_.size());
  return program;
}

std::string MetalProgram::place(const std::string& task) const {
  return "kernel '" + *kernel_name_ + "', task '" + task + "'";
}

Result<MetalProgram::Task> MetalProgram::prepare(const package::Task& description) {
  if (const std::string what = unsupported(description); !what.empty())
    return Failure{"it needs " + what + ", which this runtime does not support"};
  if (!description.metal || description.metal->library == nullptr)
    return Failure{
        "the package holds SPIR-V and no Metal library: `tinsmith metal PACKAGE --out FOLDER` "
        "makes the bundle that this device runs"};
  Task task;
  task.name = description.name;
  task.group_size = std::max(1u, description.group_size);
  task.groups = groups_of(description);
  TS_TRY(bind(description, task));
  TS_TRY(make_pipeline(*description.metal, task));
  return task;
}

Result<> MetalProgram::bind(const package::Task& description, Task& task) {
  const auto& indices = description.metal->indices;
  if (indices.size() != description.buffers.size())
    return Failure{"the bundle gives " + std::to_string(indices.size()) + " indices for " +
                   std::to_string(description.buffers.size()) + " buffers"};
  std::array<bool, kMostBuffers> taken{};
  for (size_t i = 0; i < indices.size(); ++i) {
    if (!indices[i]) continue;  // the code never looks at it
    if (*indices[i] >= kMostBuffers)
      return Failure{"buffer index " + std::to_string(*indices[i]) + " is beyond Metal's 30"};
    if (std::exchange(taken[*indices[i]], true))
      return Failure{"the bundle gives buffer index " + std::to_string(*indices[i]) + " twice"};
    const package::BufferBinding& bound = description.buffers[i];
    if (bound.type == BufferType::Args) {
      task.args_indices.push_back(*indices[i]);
    } else {
      task.bindings.push_back({*indices[i], source_index(source_of(bound)),
                               (bound.access & ArrayAccess::kRead) != 0,
                               (bound.access & ArrayAccess::kWrite) != 0});
    }
  }
  return Ok{};
}

Result<> MetalProgram::make_pipeline(const package::MetalFunction& function, Task& task) {
  TS_TRY_ASSIGN(library, device_->library(function.library));
  id<MTLFunction> code = [library->object newFunctionWithName:text(function.name)];
  if (code == nil)
    return Failure{"library '" + function.library->name + "' has no function '" + function.name +
                   "', but: " + names_of(library->object)};
  NSError* error = nil;
  task.pipeline = [device_->handle() newComputePipelineStateWithFunction:code error:&error];
  if (task.pipeline == nil)
    return Failure{"function '" + function.name + "' of library '" + function.library->name +
                       "': " + describe(error),
                   Blame::World};
  if (task.group_size > task.pipeline.maxTotalThreadsPerThreadgroup)
    return Failure{"it has groups of " + std::to_string(task.group_size) + " threads; device '" +
                       device_->info().name + "' takes up to " +
                       std::to_string(task.pipeline.maxTotalThreadsPerThreadgroup) +
                       " of this function",
                   Blame::World};
  if (ranges::find(libraries_, library) == libraries_.end()) libraries_.push_back(library);
  return Ok{};
}

size_t MetalProgram::source_index(const BufferSource& source) {
  const auto found = ranges::find(sources_, source);
  if (found != sources_.end()) return static_cast<size_t>(found - sources_.begin());
  sources_.push_back(source);
  return sources_.size() - 1;
}

Result<> MetalProgram::launch(std::span<const std::byte> block, const LaunchBuffers& buffers) {
  TS_TRY(device_->check_not_paused());
  TS_TRY(gather(buffers));
  return with_pool([&]() -> Result<> {
    Stream& stream = device_->stream();
    TS_TRY_ASSIGN(room, stream.reserve(block_bytes_));
    if (!block.empty()) std::memcpy(room.bytes, block.data(), block.size());
    stream.name(kernel_name_);
    for (const Task& task : tasks_) TS_TRY(record(task, room.offset));
    return stream.finish();
  });
}

// The buffers of this launch, by source.
Result<> MetalProgram::gather(const LaunchBuffers& buffers) {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const BufferSource& source = sources_[i];
    Buffer* buffer = find_buffer(buffers, source);
    const bool is_ours = buffer != nullptr && typeid(*buffer) == typeid(MetalBuffer) &&
                         static_cast<MetalBuffer*>(buffer)->device() == device_.get();
    if (!is_ours)
      return Failure{"kernel '" + *kernel_name_ + "', argument '" +
                     (source.type == BufferType::ExtArr ? arg_names_[source.index] : "") +
                     "': the buffer belongs to another device"};
    buffers_[i] = static_cast<MetalBuffer*>(buffer);
  }
  return Ok{};
}

Result<> MetalProgram::record(const Task& task, size_t block_offset) {
  Stream& stream = device_->stream();
  TS_TRY(stream.compute());
  std::array<Use, kMostBuffers> uses;
  size_t count = 0;
  for (const Binding& binding : task.bindings)
    uses[count++] = {&buffers_[binding.source]->usage(), binding.reads, binding.writes};
  stream.order({uses.data(), count});
  stream.use(task.pipeline);
  for (const Binding& binding : task.bindings) {
    const MetalBuffer& buffer = *buffers_[binding.source];
    stream.bind(binding.index, buffer.handle(), buffer.number());
  }
  for (const uint32_t index : task.args_indices) stream.bind_ring(index, block_offset);
  stream.dispatch(task.groups, task.group_size);
  return Ok{};
}

}  // namespace tinsmith::runtime::metal
