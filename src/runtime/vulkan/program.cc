// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/program.h"

#include <algorithm>
#include <cstring>

#include "support/check.h"

namespace tinsmith::runtime::vulkan {

using package::BufferType;

Result<> VulkanProgram::launch(std::span<const std::byte> block, const LaunchBuffers& buffers) {
  TS_TRY(gather(buffers));
  TS_TRY_ASSIGN(bound, find_bound());
  Batches& batches = device_->batches();
  TS_TRY_ASSIGN(room, batches.reserve(args_range_));
  if (!block.empty()) std::memcpy(room.bytes, block.data(), block.size());
  std::fill(offsets_.begin(), offsets_.end(), room.offset);
  for (size_t i = 0; i < tasks_.size(); ++i) {
    const Task& task = tasks_[i];
    if (task.groups == 0) continue;
    batches.order(bound->uses[i]);
    batches.bind(task.pipeline);
    if (!task.bindings.empty())
      vkCmdBindDescriptorSets(room.commands, VK_PIPELINE_BIND_POINT_COMPUTE, task.layout, 0, 1,
                              &bound->sets[i].handle, task.args_bindings, offsets_.data());
    vkCmdDispatch(room.commands, task.groups, 1, 1);
    batches.count_dispatch();
  }
  bound->last_batch = last_batch_ = batches.recording();
  TS_TRY(batches.finish());
  return device_->check();
}

// The buffers of this launch and their ids, by source.
Result<> VulkanProgram::gather(const LaunchBuffers& buffers) {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const BufferSource& source = sources_[i];
    Buffer* buffer = find_buffer(buffers, source);
    auto* own = dynamic_cast<VulkanBuffer*>(buffer);
    if (own == nullptr || own->device() != device_.get())
      return Failure{"kernel '" + kernel_name_ + "', argument '" +
                     (source.type == BufferType::ExtArr ? arg_names_[source.index] : "") +
                     "': the buffer belongs to another device"};
    buffers_[i] = own;
    ids_[i] = own->id();
  }
  return Ok{};
}

Result<VulkanProgram::Bound*> VulkanProgram::find_bound() {
  for (auto it = bound_.begin(); it != bound_.end(); ++it) {
    if (it->ids != ids_) continue;
    if (it != bound_.begin()) bound_.splice(bound_.begin(), bound_, it);
    return &bound_.front();
  }
  if (bound_.size() >= kMostBound) {
    let_go(bound_.back());
    bound_.pop_back();
  }
  TS_TRY_ASSIGN(fresh, bind());
  bound_.push_front(std::move(fresh));
  return &bound_.front();
}

Result<VulkanProgram::Bound> VulkanProgram::bind() const {
  Bound bound;
  bound.ids = ids_;
  for (const Task& task : tasks_) {
    std::vector<Use>& uses = bound.uses.emplace_back();
    bound.sets.emplace_back();
    if (task.bindings.empty()) continue;
    TS_TRY_ASSIGN(set, device_->descriptors().allocate(task.set_layout));
    bound.sets.back() = set;
    for (const Binding& binding : task.bindings) {
      if (binding.is_args) continue;
      Usage* usage = &buffers_[binding.source]->usage();
      // One buffer can stand behind several bindings: views of other types, or one array given
      // twice.
      auto use = std::find_if(uses.begin(), uses.end(), [&](Use& u) { return u.usage == usage; });
      if (use == uses.end()) use = uses.insert(uses.end(), Use{usage, false, false});
      use->reads = use->reads || binding.reads;
      use->writes = use->writes || binding.writes;
    }
  }
  TS_TRY(write_sets(bound));
  return bound;
}

Result<> VulkanProgram::write_sets(Bound& bound) const {
  for (size_t i = 0; i < tasks_.size(); ++i) {
    const std::vector<Binding>& bindings = tasks_[i].bindings;
    std::vector<VkDescriptorBufferInfo> infos(bindings.size());
    std::vector<VkWriteDescriptorSet> writes(bindings.size());
    for (size_t k = 0; k < bindings.size(); ++k) {
      const Binding& binding = bindings[k];
      if (binding.is_args) {
        infos[k] = {device_->batches().ring(), 0, args_range_};
      } else {
        infos[k] = {buffers_[binding.source]->handle(), 0, VK_WHOLE_SIZE};
      }
      writes[k].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
      writes[k].dstSet = bound.sets[i].handle;
      writes[k].dstBinding = binding.number;
      writes[k].descriptorCount = 1;
      writes[k].descriptorType = binding.is_args ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC
                                                 : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
      writes[k].pBufferInfo = &infos[k];
    }
    vkUpdateDescriptorSets(device_->handle(), static_cast<uint32_t>(writes.size()), writes.data(),
                           0, nullptr);
  }
  return Ok{};
}

void VulkanProgram::let_go(Bound& bound) {
  device_->batches().when_done(bound.last_batch,
                               [pools = &device_->descriptors(), sets = std::move(bound.sets)] {
                                 for (const DescriptorSet& set : sets)
                                   if (set.handle != VK_NULL_HANDLE) pools->free(set);
                               });
}

VulkanProgram::~VulkanProgram() {
  for (Bound& bound : bound_) let_go(bound);
  device_->batches().when_done(last_batch_,
                               [handle = device_->handle(), tasks = std::move(tasks_)] {
                                 for (const Task& task : tasks) {
                                   vkDestroyPipeline(handle, task.pipeline, nullptr);
                                   vkDestroyPipelineLayout(handle, task.layout, nullptr);
                                   vkDestroyDescriptorSetLayout(handle, task.set_layout, nullptr);
                                 }
                               });
}

}  // namespace tinsmith::runtime::vulkan
