// SPDX-License-Identifier: Apache-2.0
// What a physical device can do, in the words of SPIR-V, and the feature structs that switch all of
// it on.
#pragma once
#include <vulkan/vulkan.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "package/package.h"
#include "runtime/runtime.h"

namespace tinsmith::runtime::vulkan {

// The optional features that kernels can need. Linked into one chain; what the device lacks is
// false or left out.
struct FeatureChain {
  VkPhysicalDeviceFeatures2 base;
  VkPhysicalDevice16BitStorageFeatures storage16;
  VkPhysicalDevice8BitStorageFeatures storage8;
  VkPhysicalDeviceVariablePointersFeatures variable_pointers;
  VkPhysicalDeviceShaderFloat16Int8Features float16_int8;
  VkPhysicalDeviceShaderAtomicInt64Features atomic_int64;
  VkPhysicalDeviceShaderSubgroupExtendedTypesFeatures subgroup_types;
  VkPhysicalDeviceVulkanMemoryModelFeatures memory_model;
  VkPhysicalDeviceShaderAtomicFloatFeaturesEXT atomic_float;
  VkPhysicalDeviceShaderAtomicFloat2FeaturesEXT atomic_float2;
};

struct Abilities {
  VkPhysicalDevice physical = VK_NULL_HANDLE;
  VkPhysicalDeviceProperties properties{};
  std::string driver;
  uint32_t spirv_version = 0;             // the highest, as 0x10500
  std::vector<std::string> capabilities;  // SPIR-V capabilities, in order
  bool non_semantic_info = false;
  uint32_t most_bytes = 0;              // of a storage buffer
  std::vector<const char*> extensions;  // to be enabled
  std::unique_ptr<FeatureChain> chain;  // to be enabled; at a fixed address since it is linked

  DeviceInfo info() const;
  // Why a module cannot run here; empty where it can.
  std::string lacking(const package::SpirvFacts& facts) const;
};

// None where the device has no Vulkan 1.1 or no compute queue.
std::unique_ptr<Abilities> query(VkPhysicalDevice device);
// The first queue family that computes; UINT32_MAX where there is none.
uint32_t compute_family(VkPhysicalDevice device);

}  // namespace tinsmith::runtime::vulkan
