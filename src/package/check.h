// SPDX-License-Identifier: Apache-2.0
// What must hold between the parts of a package, whoever made it: the reader and the writer both
// ask.
#pragma once
#include "package/package.h"

namespace tinsmith::package {

// Every offset inside of its buffer, every binding known to both the metadata and the SPIR-V, every
// name usable and unique. A failure names the kernel and the task, field or graph.
Result<> check(const Package& package);

// Whether `name` can be the stem of a file in a package: no path, nothing hidden, nothing JSON
// would escape.
bool is_file_stem(std::string_view name);

}  // namespace tinsmith::package
