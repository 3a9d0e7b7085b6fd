// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/features.h"

#include <algorithm>
#include <cstdio>

namespace tinsmith::runtime::vulkan {

namespace {

std::set<std::string> extensions_of(VkPhysicalDevice device) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> found(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, found.data());
  std::set<std::string> names;
  for (const VkExtensionProperties& extension : found) names.insert(extension.extensionName);
  return names;
}

// Links what the device knows of, and remembers which extensions that takes.
class Linker {
 public:
  Linker(Abilities& abilities, const std::set<std::string>& extensions)
      : abilities_(abilities), extensions_(extensions), end_(&abilities.chain->base.pNext) {}

  // True where the device has it: in its Vulkan version, or as an extension.
  bool has(uint32_t version, const char* extension) {
    if (version != 0 && abilities_.properties.apiVersion >= version) return true;
    if (extensions_.count(extension) == 0) return false;
    abilities_.extensions.push_back(extension);
    return true;
  }

  template <class Struct>
  void link(Struct& feature, VkStructureType type, uint32_t version, const char* extension) {
    feature.sType = type;
    if (!has(version, extension)) return;
    *end_ = &feature;
    end_ = &feature.pNext;
  }

 private:
  Abilities& abilities_;
  const std::set<std::string>& extensions_;
  void** end_;
};

void query_features(Abilities& abilities, const std::set<std::string>& extensions) {
  abilities.chain = std::make_unique<FeatureChain>(FeatureChain{});
  FeatureChain& chain = *abilities.chain;
  chain.base.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  Linker linker(abilities, extensions);
  linker.link(chain.storage16, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES,
              VK_API_VERSION_1_1, VK_KHR_16BIT_STORAGE_EXTENSION_NAME);
  linker.link(chain.variable_pointers, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VARIABLE_POINTERS_FEATURES,
              VK_API_VERSION_1_1, VK_KHR_VARIABLE_POINTERS_EXTENSION_NAME);
  linker.link(chain.storage8, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_8BIT_STORAGE_FEATURES,
              VK_API_VERSION_1_2, VK_KHR_8BIT_STORAGE_EXTENSION_NAME);
  linker.link(chain.float16_int8, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
              VK_API_VERSION_1_2, VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME);
  linker.link(chain.atomic_int64, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_INT64_FEATURES,
              VK_API_VERSION_1_2, VK_KHR_SHADER_ATOMIC_INT64_EXTENSION_NAME);
  linker.link(chain.subgroup_types,
              VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SUBGROUP_EXTENDED_TYPES_FEATURES,
              VK_API_VERSION_1_2, VK_KHR_SHADER_SUBGROUP_EXTENDED_TYPES_EXTENSION_NAME);
  linker.link(chain.memory_model, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES,
              VK_API_VERSION_1_2, VK_KHR_VULKAN_MEMORY_MODEL_EXTENSION_NAME);
  linker.link(chain.atomic_float,
              VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT, 0,
              VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME);
  linker.link(chain.atomic_float2,
              VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_2_FEATURES_EXT, 0,
              VK_EXT_SHADER_ATOMIC_FLOAT_2_EXTENSION_NAME);
  abilities.non_semantic_info =
      linker.has(VK_API_VERSION_1_3, VK_KHR_SHADER_NON_SEMANTIC_INFO_EXTENSION_NAME);
  if (abilities.properties.apiVersion >= VK_API_VERSION_1_3) {
    abilities.spirv_version = 0x10600;
  } else if (abilities.properties.apiVersion >= VK_API_VERSION_1_2) {
    abilities.spirv_version = 0x10500;
  } else if (linker.has(0, VK_KHR_SPIRV_1_4_EXTENSION_NAME) &&
             linker.has(0, VK_KHR_SHADER_FLOAT_CONTROLS_EXTENSION_NAME)) {
    abilities.spirv_version = 0x10400;
  } else {
    abilities.spirv_version = 0x10300;
  }
  vkGetPhysicalDeviceFeatures2(abilities.physical, &chain.base);
  // Of the core features those of arithmetic alone: the others (robust access, say) cost time or
  // are of no use here.
  VkPhysicalDeviceFeatures wanted{};
  wanted.shaderInt16 = chain.base.features.shaderInt16;
  wanted.shaderInt64 = chain.base.features.shaderInt64;
  wanted.shaderFloat64 = chain.base.features.shaderFloat64;
  chain.base.features = wanted;
}

struct Row {
  const char* capability;
  VkBool32 present;
};

void add_features(const FeatureChain& c, std::vector<Row>& rows) {
  const VkPhysicalDeviceFeatures& core = c.base.features;
  const auto& f1 = c.atomic_float;
  const auto& f2 = c.atomic_float2;
  rows.insert(
      rows.end(),
      {{"Int8", c.float16_int8.shaderInt8},
       {"Int16", core.shaderInt16},
       {"Int64", core.shaderInt64},
       {"Float16", c.float16_int8.shaderFloat16},
       {"Float64", core.shaderFloat64},
       {"StorageBuffer8BitAccess", c.storage8.storageBuffer8BitAccess},
       {"UniformAndStorageBuffer8BitAccess", c.storage8.uniformAndStorageBuffer8BitAccess},
       {"StorageBuffer16BitAccess", c.storage16.storageBuffer16BitAccess},
       {"UniformAndStorageBuffer16BitAccess", c.storage16.uniformAndStorageBuffer16BitAccess},
       {"VariablePointersStorageBuffer", c.variable_pointers.variablePointersStorageBuffer},
       {"VariablePointers", c.variable_pointers.variablePointers},
       {"Int64Atomics", c.atomic_int64.shaderBufferInt64Atomics},
       {"AtomicFloat16AddEXT", f2.shaderBufferFloat16AtomicAdd},
       {"AtomicFloat32AddEXT", f1.shaderBufferFloat32AtomicAdd},
       {"AtomicFloat64AddEXT", f1.shaderBufferFloat64AtomicAdd},
       {"AtomicFloat16MinMaxEXT", f2.shaderBufferFloat16AtomicMinMax},
       {"AtomicFloat32MinMaxEXT", f2.shaderBufferFloat32AtomicMinMax},
       {"AtomicFloat64MinMaxEXT", f2.shaderBufferFloat64AtomicMinMax},
       {"VulkanMemoryModel", c.memory_model.vulkanMemoryModel},
       {"VulkanMemoryModelDeviceScope", c.memory_model.vulkanMemoryModelDeviceScope}});
}

void add_subgroups(const VkPhysicalDeviceSubgroupProperties& subgroup, std::vector<Row>& rows) {
  const bool compute = (subgroup.supportedStages & VK_SHADER_STAGE_COMPUTE_BIT) != 0;
  const auto has = [&](VkSubgroupFeatureFlagBits bit) -> VkBool32 {
    return compute && (subgroup.supportedOperations & bit) != 0 ? VK_TRUE : VK_FALSE;
  };
  rows.insert(rows.end(),
              {{"GroupNonUniform", has(VK_SUBGROUP_FEATURE_BASIC_BIT)},
               {"GroupNonUniformVote", has(VK_SUBGROUP_FEATURE_VOTE_BIT)},
               {"GroupNonUniformArithmetic", has(VK_SUBGROUP_FEATURE_ARITHMETIC_BIT)},
               {"GroupNonUniformBallot", has(VK_SUBGROUP_FEATURE_BALLOT_BIT)},
               {"GroupNonUniformShuffle", has(VK_SUBGROUP_FEATURE_SHUFFLE_BIT)},
               {"GroupNonUniformShuffleRelative", has(VK_SUBGROUP_FEATURE_SHUFFLE_RELATIVE_BIT)},
               {"GroupNonUniformClustered", has(VK_SUBGROUP_FEATURE_CLUSTERED_BIT)},
               {"GroupNonUniformQuad", has(VK_SUBGROUP_FEATURE_QUAD_BIT)}});
}

std::string version_text(uint32_t version) {
  return std::to_string(version >> 16) + "." + std::to_string((version >> 8) & 0xff);
}

}  // namespace

uint32_t compute_family(VkPhysicalDevice device) {
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
  for (uint32_t i = 0; i < count; ++i)
    if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) != 0) return i;
  return UINT32_MAX;
}

std::unique_ptr<Abilities> query(VkPhysicalDevice device) {
  auto abilities = std::make_unique<Abilities>();
  abilities->physical = device;
  vkGetPhysicalDeviceProperties(device, &abilities->properties);
  if (abilities->properties.apiVersion < VK_API_VERSION_1_1 || compute_family(device) == UINT32_MAX)
    return nullptr;
  const std::set<std::string> extensions = extensions_of(device);
  query_features(*abilities, extensions);

  VkPhysicalDeviceSubgroupProperties subgroup{};
  subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES;
  VkPhysicalDeviceDriverProperties driver{};
  driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
  if (abilities->properties.apiVersion >= VK_API_VERSION_1_2 ||
      extensions.count(VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME) > 0)
    subgroup.pNext = &driver;
  VkPhysicalDeviceProperties2 properties{};
  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  properties.pNext = &subgroup;
  vkGetPhysicalDeviceProperties2(device, &properties);
  abilities->driver =
      std::string(driver.driverName) + (driver.driverName[0] ? " " : "") + driver.driverInfo;

  abilities->most_bytes = abilities->properties.limits.maxStorageBufferRange;
  // Lavapipe states 128 MiB, but takes what 32 bits can address (measured with Mesa 22.3).
  if (driver.driverID == VK_DRIVER_ID_MESA_LLVMPIPE) abilities->most_bytes = UINT32_MAX - 15;

  std::vector<Row> rows = {{"Matrix", VK_TRUE}, {"Shader", VK_TRUE}};
  add_features(*abilities->chain, rows);
  add_subgroups(subgroup, rows);
  for (const Row& row : rows)
    if (row.present == VK_TRUE) abilities->capabilities.emplace_back(row.capability);
  return abilities;
}

DeviceInfo Abilities::info() const {
  return {.name = properties.deviceName,
          .driver = driver,
          .features = capabilities,
          .is_gpu = properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU};
}

std::string Abilities::lacking(const package::SpirvFacts& facts) const {
  if (facts.version > spirv_version)
    return "SPIR-V " + version_text(facts.version) + " (the device takes up to " +
           version_text(spirv_version) + ")";
  std::string missing;
  for (const std::string& capability : facts.capabilities)
    if (std::find(capabilities.begin(), capabilities.end(), capability) == capabilities.end())
      missing += (missing.empty() ? "SPIR-V capability " : ", ") + capability;
  const bool non_semantic = std::find(facts.extensions.begin(), facts.extensions.end(),
                                      "SPV_KHR_non_semantic_info") != facts.extensions.end();
  if (missing.empty() && non_semantic && !non_semantic_info)
    return "SPIR-V extension SPV_KHR_non_semantic_info";
  return missing;
}

}  // namespace tinsmith::runtime::vulkan
