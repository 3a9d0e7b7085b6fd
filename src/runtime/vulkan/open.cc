// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/open.h"

#include <algorithm>
#include <cctype>

#include "runtime/vulkan/device.h"
#include "runtime/vulkan/vulkan.h"

namespace tinsmith::runtime::vulkan {

namespace {

int rank(VkPhysicalDeviceType type) {
  switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: return 0;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: return 1;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: return 2;
    default: return 3;
  }
}

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

// In the order in which they are preferred.
Result<std::vector<std::unique_ptr<Abilities>>> usable(const Instance& instance) {
  std::vector<std::unique_ptr<Abilities>> all;
  TS_TRY_ASSIGN(devices, instance.devices());
  for (const VkPhysicalDevice device : devices)
    if (auto abilities = query(device)) all.push_back(std::move(abilities));
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return rank(a->properties.deviceType) < rank(b->properties.deviceType);
  });
  return all;
}

}  // namespace

Result<std::unique_ptr<Abilities>> choose(const Instance& instance, std::string_view name) {
  TS_TRY_ASSIGN(all, usable(instance));
  std::string names;
  for (auto& abilities : all) {
    if (contains(abilities->properties.deviceName, name)) return std::move(abilities);
    names += (names.empty() ? "" : ", ") + std::string(abilities->properties.deviceName);
  }
  if (names.empty())
    return Failure{"no Vulkan 1.1 device here (Debian: mesa-vulkan-drivers has one for the CPU)",
                   Blame::World};
  return Failure{
      "no Vulkan device with '" + std::string(name) + "' in its name; there are " + names,
      Blame::World};
}

Result<std::shared_ptr<Device>> open(const DeviceOptions& options) {
  TS_TRY_ASSIGN(device, VulkanDevice::open(options, Sharing::AsDevice));
  return std::shared_ptr<Device>(std::move(device));
}

std::vector<DeviceInfo> list() {
  std::vector<DeviceInfo> infos;
  auto instance = Instance::make(false);
  if (!instance) return infos;
  auto all = usable(**instance);
  if (!all) return infos;
  for (const auto& abilities : *all) infos.push_back(abilities->info());
  return infos;
}

}  // namespace tinsmith::runtime::vulkan
