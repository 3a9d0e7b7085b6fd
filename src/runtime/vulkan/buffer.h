// SPDX-License-Identifier: Apache-2.0
// A buffer of the device. What the host can see and nothing pending touches is copied straight;
// else copies join the stream.
#pragma once
#include "runtime/vulkan/device.h"

namespace tinsmith::runtime::vulkan {

class VulkanBuffer final : public Buffer {
 public:
  static Result<std::shared_ptr<VulkanBuffer>> make(std::shared_ptr<VulkanDevice> device,
                                                    size_t bytes);
  ~VulkanBuffer() override;  // the memory lives on until the device is done with it

  size_t size() const override { return size_; }
  Result<> read(size_t offset, std::span<std::byte> into) override;
  Result<> write(size_t offset, std::span<const std::byte> from) override;
  Result<> clear() override;

  const VulkanDevice* device() const { return device_.get(); }
  VkBuffer handle() const { return allocation_.buffer; }
  uint64_t id() const { return id_; }  // never used again for another buffer
  Usage& usage() { return usage_; }

 private:
  bool is_worth_waiting(size_t bytes);
  Result<> read_staged(size_t offset, std::span<std::byte> into);
  Result<> write_staged(size_t offset, std::span<const std::byte> from);

  std::shared_ptr<VulkanDevice> device_;
  size_t size_ = 0;
  size_t allocated_ = 0;
  uint64_t id_ = 0;
  Allocation allocation_;
  Usage usage_;
  uint64_t dispatches_at_write_ = 0;  // how many there had been at the last write
  uint32_t writes_in_a_row_ = 0;      // without a dispatch between them
};

}  // namespace tinsmith::runtime::vulkan
