// SPDX-License-Identifier: Apache-2.0
// A Vulkan device with one queue, and what buffers and programs share of it.
#pragma once
#include <memory>

#include "runtime/backend.h"
#include "runtime/vulkan/batches.h"
#include "runtime/vulkan/descriptors.h"
#include "runtime/vulkan/features.h"
#include "runtime/vulkan/instance.h"
#include "runtime/vulkan/memory.h"

namespace tinsmith::runtime::vulkan {

// Whether host and device share their memory. Tests force the other road.
enum class Sharing { AsDevice, Never };

class VulkanDevice final : public Device, public std::enable_shared_from_this<VulkanDevice> {
 public:
  static Result<std::shared_ptr<VulkanDevice>> open(const DeviceOptions& options, Sharing sharing);
  ~VulkanDevice() override;

  const DeviceInfo& info() const override { return info_; }
  Result<std::shared_ptr<Buffer>> new_buffer(size_t bytes) override;
  Result<> submit(Done done) override;
  Result<> wait() override;
  Counters counters() const override { return batches().counters(); }
  Result<std::unique_ptr<Program>> new_program(const package::Kernel& kernel) override;

  VkDevice handle() const { return handle_; }
  const Abilities& abilities() const { return *abilities_; }
  const Memory& memory() const { return *memory_; }
  Batches& batches() const { return *batches_; }
  DescriptorPools& descriptors() const { return *descriptors_; }
  VkPipelineCache pipelines() const { return pipelines_; }
  const Allocation& readback() const { return readback_; }  // kReadbackBytes of host memory
  uint64_t new_id() { return ++last_id_; }
  // Fails with what the validation layer said since the last call.
  Result<> check() const { return instance_->check(); }

  static constexpr size_t kReadbackBytes = 4 << 20;

 private:
  Result<> start(Sharing sharing);
  Result<> make_device(uint32_t family);

  std::unique_ptr<Instance> instance_;
  std::unique_ptr<Abilities> abilities_;
  DeviceInfo info_;
  VkDevice handle_ = VK_NULL_HANDLE;
  VkPipelineCache pipelines_ = VK_NULL_HANDLE;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<DescriptorPools> descriptors_;
  std::unique_ptr<Batches> batches_;
  Allocation readback_;
  uint64_t last_id_ = 0;
};

}  // namespace tinsmith::runtime::vulkan
