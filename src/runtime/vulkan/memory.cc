// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/memory.h"

#include <span>

#include "runtime/vulkan/instance.h"

namespace tinsmith::runtime::vulkan {

namespace {

constexpr VkMemoryPropertyFlags kLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kVisible =
    VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

}  // namespace

Memory::Memory(VkPhysicalDevice physical, VkDevice device, bool shared)
    : device_(device), shared_(shared) {
  vkGetPhysicalDeviceMemoryProperties(physical, &properties_);
}

// The first type that has all of the best wish, else of the next one.
uint32_t Memory::type_for(uint32_t allowed, Place place) const {
  static constexpr VkMemoryPropertyFlags kSharedDevice[] = {kLocal | kVisible | kCached,
                                                            kVisible | kCached, kVisible};
  static constexpr VkMemoryPropertyFlags kDevice[] = {kLocal, 0};
  static constexpr VkMemoryPropertyFlags kUpload[] = {kVisible};
  static constexpr VkMemoryPropertyFlags kReadback[] = {kVisible | kCached, kVisible};
  std::span<const VkMemoryPropertyFlags> wishes = kDevice;
  if (place == Place::Device && shared_) wishes = kSharedDevice;
  if (place == Place::Upload) wishes = kUpload;
  if (place == Place::Readback) wishes = kReadback;
  for (const VkMemoryPropertyFlags wish : wishes)
    for (uint32_t i = 0; i < properties_.memoryTypeCount; ++i)
      if ((allowed >> i & 1) != 0 && (properties_.memoryTypes[i].propertyFlags & wish) == wish)
        return i;
  return UINT32_MAX;
}

Result<Allocation> Memory::allocate(size_t bytes, Place place) const {
  VkBufferCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.size = bytes;
  info.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  if (place == Place::Device) info.usage |= VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
  if (place == Place::Upload) info.usage |= VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT;
  Allocation allocation;
  TS_TRY(succeeded(vkCreateBuffer(device_, &info, nullptr, &allocation.buffer), "making a buffer"));
  auto backed = back(allocation, place);
  if (backed) return allocation;
  free(allocation);
  return Failure{"a buffer of " + std::to_string(bytes) + " bytes: " + backed.failure().what,
                 backed.failure().blame};
}

Result<> Memory::back(Allocation& allocation, Place place) const {
  VkMemoryRequirements needs{};
  vkGetBufferMemoryRequirements(device_, allocation.buffer, &needs);
  VkMemoryAllocateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  info.allocationSize = needs.size;
  info.memoryTypeIndex = type_for(needs.memoryTypeBits, place);
  if (info.memoryTypeIndex == UINT32_MAX)
    return Failure{"the device has no memory of the kind that is needed", Blame::World};
  TS_TRY(succeeded(vkAllocateMemory(device_, &info, nullptr, &allocation.memory),
                   "allocating device memory"));
  TS_TRY(succeeded(vkBindBufferMemory(device_, allocation.buffer, allocation.memory, 0),
                   "binding device memory"));
  const auto flags = properties_.memoryTypes[info.memoryTypeIndex].propertyFlags;
  if ((flags & kVisible) != kVisible || (place == Place::Device && !shared_)) return Ok{};
  void* mapped = nullptr;
  TS_TRY(succeeded(vkMapMemory(device_, allocation.memory, 0, VK_WHOLE_SIZE, 0, &mapped),
                   "mapping device memory"));
  allocation.mapped = static_cast<std::byte*>(mapped);
  return Ok{};
}

void Memory::free(const Allocation& allocation) const {
  vkDestroyBuffer(device_, allocation.buffer, nullptr);
  vkFreeMemory(device_, allocation.memory, nullptr);  // unmaps too
}

}  // namespace tinsmith::runtime::vulkan
