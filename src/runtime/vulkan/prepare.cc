// SPDX-License-Identifier: Apache-2.0
// Making a program: each task is checked against the device, then becomes a pipeline.
#include <algorithm>
#include <thread>

#include "runtime/accesses.h"
#include "runtime/vulkan/program.h"

namespace tinsmith::runtime::vulkan {

using package::BufferType;

namespace {

constexpr uint32_t kBlockGranule = 16;
constexpr uint64_t kGroupsOfCore = 16;

std::string plural(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

Result<std::unique_ptr<VulkanProgram>> VulkanProgram::make(std::shared_ptr<VulkanDevice> device,
                                                           const package::Kernel& kernel) {
  auto program = std::make_unique<VulkanProgram>();
  program->device_ = std::move(device);
  program->kernel_name_ = kernel.name;
  for (const package::Arg& arg : kernel.args) program->arg_names_.push_back(arg.name);
  const VkPhysicalDeviceLimits& limits = program->device_->abilities().properties.limits;
  if (kernel.args_bytes > std::min<size_t>(limits.maxUniformBufferRange, Batches::kMostInRing))
    return Failure{"kernel '" + kernel.name + "': " + plural(kernel.args_bytes, "byte") +
                   " of arguments are more than the device takes"};
  program->args_range_ = (kernel.args_bytes + kBlockGranule - 1) / kBlockGranule * kBlockGranule;
  Failure all{"", Blame::Input};
  for (const package::Task& task : kernel.tasks) {
    auto prepared = program->prepare(task);
    if (prepared) continue;
    all.what += (all.what.empty() ? "" : "\n") + prepared.failure().what;
    all.blame = prepared.failure().blame;
  }
  if (!all.what.empty()) return all;
  program->buffers_.resize(program->sources_.size());
  program->ids_.resize(program->sources_.size());
  return program;
}

std::string VulkanProgram::place(const std::string& task) const {
  return "kernel '" + kernel_name_ + "', task '" + task + "'";
}

// The task is kept even when a later step fails, so that what it has made is let go of.
Result<> VulkanProgram::prepare(const package::Task& description) {
  TS_TRY_ASSIGN(planned, plan(description));
  Task& task = tasks_.emplace_back(std::move(planned));
  offsets_.resize(std::max<size_t>(offsets_.size(), task.args_bindings));
  auto made = make_layouts(task);
  if (made) made = make_pipeline(task, description.spirv);
  if (made) return Ok{};
  return Failure{place(task.name) + ": " + made.failure().what, made.failure().blame};
}

Result<VulkanProgram::Task> VulkanProgram::plan(const package::Task& description) {
  if (description.spirv.empty() && description.metal) {
    return Failure{place(description.name) +
                   ": a bundle holds Metal code alone, no SPIR-V; the cpu device runs it"};
  }
  auto facts = package::inspect_spirv(description.spirv);
  if (!facts) return Failure{place(description.name) + ": " + facts.failure().what};
  TS_TRY(check_abilities(description, *facts));
  Task task;
  task.name = description.name;
  const ModuleUse use = find_accesses(description.spirv);
  bool draws = false;
  for (const package::BufferBinding& bound : description.buffers) {
    Binding binding{.number = bound.binding, .is_args = bound.type == BufferType::Args};
    if (binding.is_args) {
      ++task.args_bindings;
    } else {
      binding.source = source_index(source_of(bound));
    }
    for (const Access& access : use.accesses)
      if (access.binding == bound.binding) {
        draws = draws || (access.at_seed && bound.type == BufferType::GlobalTmps);
        binding.reads = access.reads;
        binding.writes = access.writes;
      }
    task.bindings.push_back(binding);
  }
  TS_TRY(check_metadata(description, *facts, place(description.name)));
  TS_TRY(check_limits(description, task));
  TS_TRY_ASSIGN(groups, count_groups(description, use.synchronises, draws));
  task.groups = groups;
  return task;
}

// Kernels stride over the grid, so fewer groups do the same work, with two exceptions. Threads that
// wait for each other use their group's memory once, not once a stride; and the sequence of
// ti.random is that of genuine Taichi only with its grid.
Result<uint32_t> VulkanProgram::count_groups(const package::Task& task, bool synchronises,
                                             bool draws) const {
  const Abilities& abilities = device_->abilities();
  const uint64_t groups = (task.threads + task.group_size - 1) / task.group_size;
  uint64_t most = abilities.properties.limits.maxComputeWorkGroupCount[0];
  if (synchronises && groups > most)
    return Failure{place(task.name) + " has " + std::to_string(groups) +
                       " groups of threads that wait for each other; device '" +
                       device_->info().name + "' takes up to " + std::to_string(most),
                   Blame::World};
  // Without hardware to start them a group costs about as much as a hundred elements of work.
  if (abilities.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU && !synchronises && !draws)
    most =
        std::min<uint64_t>(most, kGroupsOfCore * std::max(1u, std::thread::hardware_concurrency()));
  return static_cast<uint32_t>(std::min(groups, most));
}

// What the device cannot do is told before a driver sees the module: drivers crash on such things.
Result<> VulkanProgram::check_abilities(const package::Task& task,
                                        const package::SpirvFacts& facts) const {
  const std::string at = place(task.name), device = "device '" + device_->info().name + "'";
  if (const std::string what = unsupported(task); !what.empty())
    return Failure{at + " needs " + what + ", which this runtime does not support"};
  if (const std::string what = device_->abilities().lacking(facts); !what.empty())
    return Failure{at + " needs " + what + ", which " + device + " does not have", Blame::World};
  return Ok{};
}

Result<> VulkanProgram::check_limits(const package::Task& description, const Task& task) const {
  const VkPhysicalDeviceLimits& limits = device_->abilities().properties.limits;
  const uint32_t most =
      std::min(limits.maxComputeWorkGroupInvocations, limits.maxComputeWorkGroupSize[0]);
  if (description.group_size > most)
    return Failure{place(task.name) + " has groups of " + std::to_string(description.group_size) +
                       " threads; device '" + device_->info().name + "' takes up to " +
                       std::to_string(most),
                   Blame::World};
  const size_t storage = task.bindings.size() - task.args_bindings;
  if (storage <= limits.maxPerStageDescriptorStorageBuffers) return Ok{};
  return Failure{place(task.name) + " binds " + plural(storage, "buffer") + "; device '" +
                     device_->info().name + "' has room for " +
                     std::to_string(limits.maxPerStageDescriptorStorageBuffers),
                 Blame::World};
}

size_t VulkanProgram::source_index(const BufferSource& source) {
  const auto found = std::find(sources_.begin(), sources_.end(), source);
  if (found != sources_.end()) return static_cast<size_t>(found - sources_.begin());
  sources_.push_back(source);
  return sources_.size() - 1;
}

Result<> VulkanProgram::make_layouts(Task& task) const {
  std::vector<VkDescriptorSetLayoutBinding> bindings;
  for (const Binding& binding : task.bindings) {
    VkDescriptorSetLayoutBinding& row = bindings.emplace_back();
    row.binding = binding.number;
    row.descriptorType = binding.is_args ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC
                                         : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    row.descriptorCount = 1;
    row.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
  }
  VkDescriptorSetLayoutCreateInfo set{};
  set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
  set.bindingCount = static_cast<uint32_t>(bindings.size());
  set.pBindings = bindings.data();
  TS_TRY(succeeded(vkCreateDescriptorSetLayout(device_->handle(), &set, nullptr, &task.set_layout),
                   "making a descriptor set layout"));
  VkPipelineLayoutCreateInfo layout{};
  layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  layout.setLayoutCount = 1;
  layout.pSetLayouts = &task.set_layout;
  return succeeded(vkCreatePipelineLayout(device_->handle(), &layout, nullptr, &task.layout),
                   "making a pipeline layout");
}

Result<> VulkanProgram::make_pipeline(Task& task, const package::SpirvWords& spirv) const {
  VkShaderModuleCreateInfo code{};
  code.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  code.codeSize = spirv.size() * sizeof(uint32_t);
  code.pCode = spirv.data();
  VkShaderModule module = VK_NULL_HANDLE;
  TS_TRY(succeeded(vkCreateShaderModule(device_->handle(), &code, nullptr, &module),
                   "loading the SPIR-V"));
  // A module that the validation layer refuses must not reach the driver's compiler.
  if (auto valid = device_->check(); !valid) {
    vkDestroyShaderModule(device_->handle(), module, nullptr);
    return valid;
  }
  VkComputePipelineCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = module;
  info.stage.pName = "main";
  info.layout = task.layout;
  const VkResult result = vkCreateComputePipelines(device_->handle(), device_->pipelines(), 1,
                                                   &info, nullptr, &task.pipeline);
  vkDestroyShaderModule(device_->handle(), module, nullptr);
  return succeeded(result, "making a pipeline");
}

}  // namespace tinsmith::runtime::vulkan
