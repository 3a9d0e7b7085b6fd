// SPDX-License-Identifier: Apache-2.0
// A kernel as pipelines, and its launch: the road that has to be short. Descriptor sets are made
// once for each combination of buffers and kept; a launch with buffers seen before copies its
// argument block into the ring and records the dispatches.
#pragma once
#include <list>

#include "runtime/vulkan/buffer.h"

namespace tinsmith::runtime::vulkan {

class VulkanProgram final : public Program {
 public:
  static Result<std::unique_ptr<VulkanProgram>> make(std::shared_ptr<VulkanDevice> device,
                                                     const package::Kernel& kernel);
  ~VulkanProgram() override;
  Result<> launch(std::span<const std::byte> block, const LaunchBuffers& buffers) override;

 private:
  static constexpr size_t kMostBound = 64;

  struct Binding {
    uint32_t number = 0;
    bool is_args = false;
    size_t source = 0;  // index into sources_, unless it is the argument block
    bool reads = true, writes = true;
  };
  struct Task {
    std::string name;
    std::vector<Binding> bindings;
    uint32_t groups = 1;
    uint32_t args_bindings = 0;
    VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VkPipeline pipeline = VK_NULL_HANDLE;
  };
  // The descriptor sets for one combination of buffers.
  struct Bound {
    std::vector<uint64_t> ids;           // of the buffers, by source
    std::vector<DescriptorSet> sets;     // by task
    std::vector<std::vector<Use>> uses;  // by task, each buffer once
    uint64_t last_batch = 0;
  };

  Result<> prepare(const package::Task& description);
  Result<Task> plan(const package::Task& description);
  Result<uint32_t> count_groups(const package::Task& task, bool synchronises, bool draws) const;
  Result<> check_abilities(const package::Task& task, const package::SpirvFacts& facts) const;
  Result<> check_limits(const package::Task& description, const Task& task) const;
  Result<> make_layouts(Task& task) const;
  Result<> make_pipeline(Task& task, const package::SpirvWords& spirv) const;
  size_t source_index(const BufferSource& source);
  std::string place(const std::string& task) const;  // "kernel 'k', task 't'"

  Result<> gather(const LaunchBuffers& buffers);
  Result<Bound*> find_bound();
  Result<Bound> bind() const;
  Result<> write_sets(Bound& bound) const;
  void let_go(Bound& bound);

  std::shared_ptr<VulkanDevice> device_;
  std::string kernel_name_;
  std::vector<std::string> arg_names_;
  uint32_t args_range_ = 0;  // bytes of the argument block, padded
  std::vector<Task> tasks_;
  std::vector<BufferSource> sources_;
  std::list<Bound> bound_;  // the most recently used first
  uint64_t last_batch_ = 0;

  // Of the launch being recorded; kept to save allocations.
  std::vector<VulkanBuffer*> buffers_;  // by source
  std::vector<uint64_t> ids_;
  std::vector<uint32_t> offsets_;  // one for each args binding of a task
};

}  // namespace tinsmith::runtime::vulkan
