// SPDX-License-Identifier: Apache-2.0
// manifest.json as the writer makes it. The reader (read.cc, read_manifest.cc) takes it apart.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "bundle/bundle.h"
#include "support/json.h"
#include "support/result.h"

namespace tinsmith::bundle {

struct FileHash {
  std::string file, sha256;
};

// `libraries` are all that the tasks name. Fails where the SPIR-V cannot be understood.
Result<Json> manifest_json(const package::Package& package, std::span<const ConvertedTask> tasks,
                           std::span<const TaskNames> names, std::span<const FileHash> libraries,
                           const Options& options);
// The index of variants.
struct VariantEntry {
  std::string folder, target;
  bool native_float_atomics = false;
  std::string sha256;  // of its manifest.json
};
Json index_json(std::span<const VariantEntry> variants);

// "3.0"
std::string version_text(uint16_t major, uint16_t minor);

}  // namespace tinsmith::bundle
