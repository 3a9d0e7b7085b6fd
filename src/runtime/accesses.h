// SPDX-License-Identifier: Apache-2.0
// Which buffers a SPIR-V module reads and writes, so that barriers stand only where tasks conflict.
// Metadata is not asked: it describes whole kernels, arrays only, and may be wrong.
#pragma once
#include <cstdint>
#include <vector>

#include "package/package.h"

namespace tinsmith::runtime {

struct Access {
  uint32_t binding = 0;
  bool reads = false, writes = false;
};

// One entry for each binding of the module, by binding number. A use of a pointer that is not
// understood counts as both.
std::vector<Access> find_accesses(const package::SpirvWords& words);

}  // namespace tinsmith::runtime
