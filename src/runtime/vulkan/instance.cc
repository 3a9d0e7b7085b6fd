// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/instance.h"

#include <cstring>

namespace tinsmith::runtime::vulkan {

namespace {

constexpr const char* kLayer = "VK_LAYER_KHRONOS_validation";

std::string text(VkResult result) {
  switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY: return "out of memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: return "out of device memory";
    case VK_ERROR_INITIALIZATION_FAILED: return "initialisation failed";
    case VK_ERROR_DEVICE_LOST:
      return "the device was lost (a kernel may have crashed or run too long)";
    case VK_ERROR_LAYER_NOT_PRESENT: return "the validation layer is not installed";
    case VK_ERROR_INCOMPATIBLE_DRIVER: return "no Vulkan driver is installed";
    case VK_ERROR_TOO_MANY_OBJECTS: return "too many allocations";
    default: return "Vulkan error " + std::to_string(static_cast<int>(result));
  }
}

bool has_layer() {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  for (const VkLayerProperties& layer : layers)
    if (std::strcmp(layer.layerName, kLayer) == 0) return true;
  return false;
}

}  // namespace

Result<> succeeded(VkResult result, const std::string& doing) {
  if (result == VK_SUCCESS) return Ok{};
  return Failure{"while " + doing + ": " + text(result), Blame::World};
}

Result<std::unique_ptr<Instance>> Instance::make(bool validation) {
  uint32_t version = VK_API_VERSION_1_0;
  vkEnumerateInstanceVersion(&version);
  if (version < VK_API_VERSION_1_1)
    return Failure{"Vulkan 1.1 is needed; the installed loader has less", Blame::World};
  if (validation && !has_layer())
    return Failure{"the validation layer is not installed (Debian: vulkan-validationlayers)",
                   Blame::World};
  VkApplicationInfo application{};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.pApplicationName = "tinsmith";
  application.apiVersion = VK_API_VERSION_1_3;  // the highest that is used; devices may have less
  const char* extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
  VkInstanceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pApplicationInfo = &application;
  if (validation) {
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &kLayer;
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = &extension;
  }
  std::unique_ptr<Instance> instance(new Instance);
  TS_TRY(succeeded(vkCreateInstance(&info, nullptr, &instance->handle_), "starting Vulkan"));
  if (validation) TS_TRY(instance->listen());
  return instance;
}

Result<> Instance::listen() {
  const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
      vkGetInstanceProcAddr(handle_, "vkCreateDebugUtilsMessengerEXT"));
  if (create == nullptr)
    return Failure{"the validation layer has no debug messenger", Blame::World};
  VkDebugUtilsMessengerCreateInfoEXT info{};
  info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
  info.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                         VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  info.pfnUserCallback = hear;
  info.pUserData = this;
  return succeeded(create(handle_, &info, nullptr, &messenger_), "starting the validation layer");
}

Instance::~Instance() {
  if (messenger_ != VK_NULL_HANDLE) {
    const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(handle_, "vkDestroyDebugUtilsMessengerEXT"));
    destroy(handle_, messenger_, nullptr);
  }
  if (handle_ != VK_NULL_HANDLE) vkDestroyInstance(handle_, nullptr);
}

VkBool32 VKAPI_PTR Instance::hear(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                  VkDebugUtilsMessageTypeFlagsEXT,
                                  const VkDebugUtilsMessengerCallbackDataEXT* data, void* self) {
  auto* instance = static_cast<Instance*>(self);
  const std::lock_guard lock(instance->mutex_);
  if (!instance->heard_.empty()) instance->heard_ += "\n";
  instance->heard_ += data->pMessage;
  return VK_FALSE;
}

Result<> Instance::check() {
  if (messenger_ == VK_NULL_HANDLE) return Ok{};
  const std::lock_guard lock(mutex_);
  if (heard_.empty()) return Ok{};
  return Failure{"Vulkan validation: " + std::exchange(heard_, {}), Blame::World};
}

Result<std::vector<VkPhysicalDevice>> Instance::devices() const {
  uint32_t count = 0;
  TS_TRY(succeeded(vkEnumeratePhysicalDevices(handle_, &count, nullptr), "listing devices"));
  std::vector<VkPhysicalDevice> devices(count);
  TS_TRY(succeeded(vkEnumeratePhysicalDevices(handle_, &count, devices.data()), "listing devices"));
  return devices;
}

}  // namespace tinsmith::runtime::vulkan
