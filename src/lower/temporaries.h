// SPDX-License-Identifier: Apache-2.0
// Places in the buffer of global temporaries, through which values cross from task to task (facts
// §1.11).
#pragma once
#include <algorithm>
#include <cstdint>

#include "support/dtype.h"

namespace tinsmith::lower {

class Temporaries {
 public:
  static constexpr uint64_t kBytes = 1 << 20;
  // The seed of the random numbers lies among the temporaries.
  static constexpr uint64_t kSeedBegin = 4096, kSeedEnd = 4100;

  // The byte offset of `elements` new scalars, aligned to their size.
  uint64_t add(DType type, uint64_t elements) {
    uint64_t size = bytes(type) * elements;
    uint64_t offset = align(next_, type);
    if (offset < kSeedEnd && offset + size > kSeedBegin) offset = align(kSeedEnd, type);
    next_ = offset + size;
    return offset;
  }
  bool fits() const { return next_ <= kBytes; }

 private:
  static uint64_t align(uint64_t offset, DType type) {
    uint64_t size = bytes(type);
    return (offset + size - 1) / size * size;
  }
  uint64_t next_ = 0;
};

}  // namespace tinsmith::lower
