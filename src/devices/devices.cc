// SPDX-License-Identifier: Apache-2.0
#include "devices/devices.h"

#include <algorithm>
#include <utility>

#include "cpu/cache.h"
#include "cpu/device.h"
#include "runtime/vulkan/vulkan.h"
#include "support/check.h"

namespace tinsmith::devices {

using runtime::DeviceKind;

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options) {
  switch (options.kind) {
    case DeviceKind::Cpu: return cpu::open(options);
    case DeviceKind::Vulkan: return runtime::vulkan::open(options);
    case DeviceKind::Metal: break;
  }
  TS_UNREACHABLE("unknown device kind");
}

Result<runtime::DeviceOptions> options_from_text(std::string_view device) {
  const size_t colon = device.find(':');
  const std::string_view kind = device.substr(0, colon);
  runtime::DeviceOptions options;
  if (kind != "cpu" && kind != "vulkan")
    return Failure{"device '" + std::string(kind) + "': there are cpu and vulkan"};
  options.kind = kind == "cpu" ? DeviceKind::Cpu : DeviceKind::Vulkan;
  if (colon != device.npos) options.name = device.substr(colon + 1);
  return options;
}

Result<runtime::DebugOptions> debug_from_text(std::string_view names) {
  using runtime::DebugOptions;
  static constexpr std::pair<std::string_view, bool DebugOptions::*> kSwitches[] = {
      {"bounds", &DebugOptions::bounds},
      {"barriers", &DebugOptions::barriers},
      {"loops", &DebugOptions::loops},
      {"nans", &DebugOptions::nans},
      {"serial", &DebugOptions::serial}};
  DebugOptions options;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    const auto* found =
        std::ranges::find_if(kSwitches, [&](const auto& known) { return known.first == name; });
    if (found == std::end(kSwitches))
      return Failure{"debug switch '" + std::string(name) +
                     "': there are bounds, barriers, loops, nans and serial"};
    options.*found->second = true;
  }
  return options;
}

std::string cache_folder(const std::function<const char*(const char*)>& variable) {
  return cpu::cache_folder(variable);
}

std::vector<runtime::DeviceInfo> list() {
  std::vector<runtime::DeviceInfo> all = runtime::vulkan::list();
  all.insert(all.begin(), cpu::describe_device());
  return all;
}

}  // namespace tinsmith::devices
