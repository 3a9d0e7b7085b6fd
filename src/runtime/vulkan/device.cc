// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/device.h"

#include "runtime/vulkan/buffer.h"
#include "runtime/vulkan/open.h"
#include "runtime/vulkan/program.h"

namespace tinsmith::runtime::vulkan {

Result<std::shared_ptr<VulkanDevice>> VulkanDevice::open(const DeviceOptions& options,
                                                         Sharing sharing) {
  auto device = std::make_shared<VulkanDevice>();
  TS_TRY_ASSIGN(instance, Instance::make(options.validation));
  device->instance_ = std::move(instance);
  TS_TRY_ASSIGN(abilities, choose(*device->instance_, options.name));
  device->abilities_ = std::move(abilities);
  device->info_ = device->abilities_->info();
  TS_TRY(device->start(sharing));
  TS_TRY(device->check());
  return device;
}

Result<> VulkanDevice::start(Sharing sharing) {
  const uint32_t family = compute_family(abilities_->physical);
  TS_TRY(make_device(family));
  const VkPhysicalDeviceType type = abilities_->properties.deviceType;
  const bool shares =
      type == VK_PHYSICAL_DEVICE_TYPE_CPU || type == VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU;
  memory_ = std::make_unique<Memory>(abilities_->physical, handle_,
                                     shares && sharing == Sharing::AsDevice);
  VkPipelineCacheCreateInfo cache{};
  cache.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
  TS_TRY(succeeded(vkCreatePipelineCache(handle_, &cache, nullptr, &pipelines_),
                   "making a pipeline cache"));
  descriptors_ = std::make_unique<DescriptorPools>(handle_);
  VkQueue queue = VK_NULL_HANDLE;
  vkGetDeviceQueue(handle_, family, 0, &queue);
  batches_ = std::make_unique<Batches>(handle_, queue, *memory_);
  TS_TRY(batches_->start(abilities_->physical, family));
  TS_TRY_ASSIGN(readback, memory_->allocate(kReadbackBytes, Place::Readback));
  readback_ = readback;
  return Ok{};
}

Result<> VulkanDevice::make_device(uint32_t family) {
  const float priority = 1;
  VkDeviceQueueCreateInfo queue{};
  queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue.queueFamilyIndex = family;
  queue.queueCount = 1;
  queue.pQueuePriorities = &priority;
  VkDeviceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.pNext = &abilities_->chain->base;
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue;
  info.enabledExtensionCount = static_cast<uint32_t>(abilities_->extensions.size());
  info.ppEnabledExtensionNames = abilities_->extensions.data();
  return succeeded(vkCreateDevice(abilities_->physical, &info, nullptr, &handle_),
                   "opening device " + info_.name);
}

VulkanDevice::~VulkanDevice() {
  if (handle_ == VK_NULL_HANDLE) return;
  batches_.reset();  // waits, and frees what was in use
  descriptors_.reset();
  if (memory_ != nullptr) memory_->free(readback_);
  vkDestroyPipelineCache(handle_, pipelines_, nullptr);
  vkDestroyDevice(handle_, nullptr);
}

Result<std::shared_ptr<Buffer>> VulkanDevice::new_buffer(size_t bytes) {
  TS_TRY_ASSIGN(buffer, VulkanBuffer::make(shared_from_this(), bytes));
  TS_TRY(check());
  return std::shared_ptr<Buffer>(std::move(buffer));
}

Result<> VulkanDevice::submit(Done done) {
  TS_TRY(done ? batches_->submit(std::move(done)) : batches_->submit());
  return check();
}

Result<> VulkanDevice::wait() {
  TS_TRY(batches_->wait_all());
  return check();
}

Result<std::unique_ptr<Program>> VulkanDevice::new_program(const package::Kernel& kernel) {
  TS_TRY_ASSIGN(program, VulkanProgram::make(shared_from_this(), kernel));
  TS_TRY(check());
  return std::unique_ptr<Program>(std::move(program));
}

}  // namespace tinsmith::runtime::vulkan
