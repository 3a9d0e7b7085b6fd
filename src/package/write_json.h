// SPDX-License-Identifier: Apache-2.0
// The two JSON files of a package, with the keys of genuine Taichi 1.7 in its order, the
// alphabet's.
#pragma once
#include "package/package.h"
#include "support/json.h"

namespace tinsmith::package {

Json metadata_json(const Package& package);
Json graphs_json(const Package& package);

}  // namespace tinsmith::package
