// SPDX-License-Identifier: Apache-2.0
#include "cli/device.h"

#include <cstdlib>

#include "devices/devices.h"

namespace tinsmith::cli {

void add_device_options(CLI::App& command, DeviceWords& words) {
  command.add_option("--device", words.device, "cpu, vulkan, or vulkan:PART-OF-ITS-NAME")
      ->type_name("KIND")
      ->capture_default_str();
  command
      .add_option("--debug", words.debug,
                  "What the cpu looks after: bounds, barriers, loops, nans; serial: one thread, "
                  "the same bits each time")
      ->type_name("SWITCH,...");
}

Result<runtime::DeviceOptions> parse_device(const DeviceWords& words) {
  TS_TRY_ASSIGN(options, devices::options_from_text(words.device));
  TS_TRY_ASSIGN(debug, devices::debug_from_text(words.debug));
  if (options.kind != runtime::DeviceKind::Cpu && !words.debug.empty())
    return Failure{"--debug " + words.debug + ": --device cpu alone has these"};
  options.debug = debug;
  options.cache = devices::cache_folder(std::getenv);
  return options;
}

}  // namespace tinsmith::cli
