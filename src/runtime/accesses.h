// SPDX-License-Identifier: Apache-2.0
// What a runtime has to know of a SPIR-V module: which buffers it reads and writes, so that
// barriers stand only where tasks conflict, and whether the number of its groups matters. Metadata
// is not asked: it describes whole kernels, arrays only, and may be wrong.
#pragma once
#include <cstdint>
#include <vector>

#include "package/package.h"

namespace tinsmith::runtime {

struct Access {
  uint32_t binding = 0;
  bool reads = false, writes = false;
  bool at_seed = false;  // at word 1024: in the temporaries that is the seed of ti.random
};

struct ModuleUse {
  std::vector<Access>
      accesses;  // by binding number; a pointer whose use is not understood is read and written
  bool synchronises = false;  // threads of a group wait for each other
};
ModuleUse find_accesses(const package::SpirvWords& words);

}  // namespace tinsmith::runtime
