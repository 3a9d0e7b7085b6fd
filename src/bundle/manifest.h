// SPDX-License-Identifier: Apache-2.0
// manifest.json as the writer makes it. The reader (read.cc, read_manifest.cc) takes it apart.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "bundle/bundle.h"
#include "support/json.h"

namespace tinsmith::bundle {

struct FileHash {
  std::string file, sha256;
};

// `libraries` are all that the tasks name.
Json manifest_json(const package::Package& package, std::span<const ConvertedTask> tasks,
                   std::span<const TaskNames> names, std::span<const FileHash> libraries,
                   const Options& options);

// "3.0"
std::string version_text(uint16_t major, uint16_t minor);

}  // namespace tinsmith::bundle
