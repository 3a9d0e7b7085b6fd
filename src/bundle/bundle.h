// SPDX-License-Identifier: Apache-2.0
// What an app ships: Metal libraries and manifest.json, which says all that a host needs to run
// them. Read back, a bundle is a package whose tasks carry AIR instead of SPIR-V.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "metallib/metallib.h"
#include "package/package.h"
#include "support/files.h"
#include "support/result.h"

namespace tinsmith::bundle {

// One task as it was converted, in the order of the package.
struct ConvertedTask {
  std::vector<std::optional<uint32_t>> indices;  // Metal buffer index for each of task.buffers
  std::optional<metallib::Function> function;    // named by the caller
  std::string text;                              // Metal text; empty: none
  std::string text_entry;
};

// Reads a folder with manifest.json and the libraries that it names, everything checked: hashes,
// versions, functions, bindings, sizes. Failures name the file and the place.
Result<package::Package> read(const std::filesystem::path& folder);

}  // namespace tinsmith::bundle
