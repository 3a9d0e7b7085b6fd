// SPDX-License-Identifier: Apache-2.0
// Loaded code with the checks of a launch around it.
#pragma once
#include <memory>
#include <string>

#include "cpu/compiled.h"
#include "cpu/cpu.h"
#include "support/result.h"

namespace tinsmith::cpu {

// Makes object code runnable; `entry` names the kernel in messages.
Result<std::shared_ptr<const Code>> load(Compiled compiled, const std::string& entry);

}  // namespace tinsmith::cpu
