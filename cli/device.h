// SPDX-License-Identifier: Apache-2.0
// What --device and --debug mean, to every subcommand that runs kernels.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

#include "runtime/runtime.h"
#include "support/result.h"

namespace tinsmith::cli {

struct DeviceWords {
  std::string device = "cpu", debug;
};

void add_device_options(CLI::App& command, DeviceWords& words);
Result<runtime::DeviceOptions> parse_device(const DeviceWords& words);

}  // namespace tinsmith::cli
