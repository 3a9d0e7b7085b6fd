// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/descriptors.h"

#include "runtime/vulkan/instance.h"

namespace tinsmith::runtime::vulkan {

namespace {

constexpr uint32_t kSetsOfPool = 256;
constexpr uint32_t kBuffersOfSet = 8;  // on average

}  // namespace

DescriptorPools::~DescriptorPools() {
  for (const VkDescriptorPool pool : pools_) vkDestroyDescriptorPool(device_, pool, nullptr);
}

Result<> DescriptorPools::add_pool() {
  const VkDescriptorPoolSize sizes[] = {
      {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC, kSetsOfPool},
      {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, kSetsOfPool * kBuffersOfSet}};
  VkDescriptorPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
  info.flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT;
  info.maxSets = kSetsOfPool;
  info.poolSizeCount = 2;
  info.pPoolSizes = sizes;
  VkDescriptorPool pool = VK_NULL_HANDLE;
  TS_TRY(succeeded(vkCreateDescriptorPool(device_, &info, nullptr, &pool),
                   "making a descriptor pool"));
  pools_.push_back(pool);
  return Ok{};
}

// The newest pool first; older ones may have room again, and a new one always has.
Result<DescriptorSet> DescriptorPools::allocate(VkDescriptorSetLayout layout) {
  for (const bool fresh : {false, true}) {
    if (fresh) TS_TRY(add_pool());
    for (size_t i = pools_.size(); i-- > 0;) {
      VkDescriptorSetAllocateInfo info{};
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
      info.descriptorPool = pools_[i];
      info.descriptorSetCount = 1;
      info.pSetLayouts = &layout;
      DescriptorSet set{.handle = VK_NULL_HANDLE, .pool = pools_[i]};
      const VkResult result = vkAllocateDescriptorSets(device_, &info, &set.handle);
      if (result == VK_SUCCESS) return set;
      if (result != VK_ERROR_OUT_OF_POOL_MEMORY && result != VK_ERROR_FRAGMENTED_POOL)
        return succeeded(result, "making a descriptor set").failure();
    }
  }
  return Failure{"while making a descriptor set: a new pool has no room", Blame::World};
}

void DescriptorPools::free(const DescriptorSet& set) {
  vkFreeDescriptorSets(device_, set.pool, 1, &set.handle);
}

}  // namespace tinsmith::runtime::vulkan
