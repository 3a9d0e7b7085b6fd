// SPDX-License-Identifier: Apache-2.0
// A package whose files are in memory, as an app or another language hands them over.
#pragma once
#include <span>
#include <string>

#include "package/package.h"
#include "support/files.h"

namespace tinsmith::package {

// As read() takes a folder, or a single file that is a .tcm. `name` is what failures call the
// folder.
Result<Package> read_files(std::span<const NamedFile> files, const std::string& name);

}  // namespace tinsmith::package
