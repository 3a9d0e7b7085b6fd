// SPDX-License-Identifier: Apache-2.0
// Bundles for the tests of the Metal device.
#pragma once
#include <string>
#include <vector>

#include "package/package.h"
#include "support/files.h"

namespace tinsmith::runtime {

// The files of a package's bundle, all kernels in kernels.metallib; `system` is "ios16", "macos13".
std::vector<NamedFile> bundle_files(const package::Package& package, const std::string& system);

}  // namespace tinsmith::runtime
