// SPDX-License-Identifier: Apache-2.0
// What a debug switch found, at the start of a worker's scratch memory: written by compiled code
// and by the scheduler.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tinsmith::cpu {

struct Finding {
  enum Kind : int32_t {
    None = 0,
    Divergence = 1,  // threads wait at `place` and at `other`
    EndlessLoop = 2,
    MadeNan = 3,
  };
  int32_t kind;
  uint32_t place, other;  // indices into Compiled::places; kNowhere: the end of the kernel
  uint32_t group_id[3];   // of a Divergence
};
constexpr uint32_t kNowhere = 0xffffffff;
constexpr unsigned kFindingPlace = 4;
static_assert(offsetof(Finding, kind) == 0 && offsetof(Finding, place) == kFindingPlace);

}  // namespace tinsmith::cpu
