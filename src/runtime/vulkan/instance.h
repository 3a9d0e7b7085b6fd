// SPDX-License-Identifier: Apache-2.0
// The way into Vulkan: instance, validation layer, physical devices. vulkan.h is included in this
// folder alone.
#pragma once
#include <vulkan/vulkan.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "support/result.h"

namespace tinsmith::runtime::vulkan {

// "out of device memory while making a buffer"; VK_SUCCESS is no failure.
Result<> succeeded(VkResult result, const std::string& doing);

class Instance {
 public:
  static Result<std::unique_ptr<Instance>> make(bool validation);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  Result<std::vector<VkPhysicalDevice>> devices() const;
  // Fails with what the validation layer said since the last call.
  Result<> check();

 private:
  Instance() = default;
  Result<> listen();
  static VkBool32 VKAPI_PTR hear(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                 const VkDebugUtilsMessengerCallbackDataEXT* data, void* self);

  VkInstance handle_ = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
  std::mutex mutex_;  // the layer may speak from any thread
  std::string heard_;
};

}  // namespace tinsmith::runtime::vulkan
