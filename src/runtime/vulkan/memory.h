// SPDX-License-Identifier: Apache-2.0
// Device memory: which kind, and whether the host sees it.
#pragma once
#include <vulkan/vulkan.h>

#include <cstddef>

#include "support/result.h"

namespace tinsmith::runtime::vulkan {

enum class Place {
  Device,    // for kernels; the host sees it where the device shares its memory
  Upload,    // host writes, device reads
  Readback,  // device writes, host reads
};

struct Allocation {
  VkBuffer buffer = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  std::byte* mapped = nullptr;  // null where the host does not see it
};

class Memory {
 public:
  // `shared`: host and device work in the same memory.
  Memory(VkPhysicalDevice physical, VkDevice device, bool shared);
  Result<Allocation> allocate(size_t bytes, Place place) const;
  void free(const Allocation& allocation) const;

 private:
  Result<> back(Allocation& allocation, Place place) const;
  uint32_t type_for(uint32_t allowed, Place place) const;

  VkDevice device_;
  bool shared_;
  VkPhysicalDeviceMemoryProperties properties_{};
};

}  // namespace tinsmith::runtime::vulkan
