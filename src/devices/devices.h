// SPDX-License-Identifier: Apache-2.0
// Opens a device of any kind: the only folder that knows them all. `runtime` alone knows none.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::devices {

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options);
// What people write: "cpu", "vulkan", "vulkan:part of its name".
Result<runtime::DeviceOptions> options_from_text(std::string_view device);
// Names separated by commas: bounds, barriers, loops, nans, serial.
Result<runtime::DebugOptions> debug_from_text(std::string_view names);
// The folder for compiled code that the environment asks for: TINSMITH_CACHE
// ("off", or a folder), else one of ours in XDG_CACHE_HOME or ~/.cache. `variable`: std::getenv.
std::string cache_folder(const std::function<const char*(const char*)>& variable);

// All devices that could be opened, for `tinsmith inspect --devices` and messages.
std::vector<runtime::DeviceInfo> list();

}  // namespace tinsmith::devices
