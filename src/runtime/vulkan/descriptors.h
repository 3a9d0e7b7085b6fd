// SPDX-License-Identifier: Apache-2.0
// Descriptor sets by the pool: pools are added as they fill up.
#pragma once
#include <vulkan/vulkan.h>

#include <vector>

#include "support/result.h"

namespace tinsmith::runtime::vulkan {

struct DescriptorSet {
  VkDescriptorSet handle = VK_NULL_HANDLE;
  VkDescriptorPool pool = VK_NULL_HANDLE;
};

class DescriptorPools {
 public:
  explicit DescriptorPools(VkDevice device) : device_(device) {}
  ~DescriptorPools();
  DescriptorPools(const DescriptorPools&) = delete;
  DescriptorPools& operator=(const DescriptorPools&) = delete;

  Result<DescriptorSet> allocate(VkDescriptorSetLayout layout);
  void free(const DescriptorSet& set);

 private:
  Result<> add_pool();

  VkDevice device_;
  std::vector<VkDescriptorPool> pools_;
};

}  // namespace tinsmith::runtime::vulkan
