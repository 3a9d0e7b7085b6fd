// SPDX-License-Identifier: Apache-2.0
// Opens a device of any kind: the only folder that knows them all. `runtime` alone knows none.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::devices {

Result<std::shared_ptr<runtime::Device>> open(const runtime::DeviceOptions& options);
// All devices that could be opened, for `tinsmith inspect --devices` and messages.
std::vector<runtime::DeviceInfo> list();

}  // namespace tinsmith::devices
