// SPDX-License-Identifier: Apache-2.0
// Runs kernels whose threads wait for each other. Each thread is a coroutine of compiled code; here
// it is decided which of them go on.
#pragma once
#include <cstddef>
#include <cstdint>

#include "cpu/entry.h"

namespace tinsmith::cpu {

// A place in the kernel where a thread waits. Numbered in program order, from 0.
struct Site {
  enum Kind : uint64_t {
    GroupBarrier,  // until all simdgroups of the threadgroup have come to a barrier
    SimdBarrier,   // until the lanes of the simdgroup are there
    Operation,     // likewise, and `run` makes results of their operands
  };
  Kind kind;
  void (*run)(uint8_t* slots, uint32_t lanes);  // of Operation
};
constexpr uint32_t kReturned = 0xffffffff;  // where a thread is that has ended

// What threads of one threadgroup share; compiled code reads it by offset.
struct GroupState {
  uint32_t group_id[3];
  uint32_t extent[3];  // threads in this threadgroup
  uint32_t* sites;     // by thread: where it waits
  uint8_t* slots;      // kSlotBytes for each simdgroup: operands and results of its operations
  uint8_t* scratch;
  void* frames;
};
constexpr unsigned kStateExtent = 12, kStateSites = 24, kStateSlots = 32, kStateScratch = 40;
static_assert(offsetof(GroupState, extent) == kStateExtent);
static_assert(offsetof(GroupState, sites) == kStateSites);
static_assert(offsetof(GroupState, slots) == kStateSlots);
static_assert(offsetof(GroupState, scratch) == kStateScratch);

// Slots lie by size of the value, so that lanes waiting at different places cannot overwrite each
// other's: for a size (1, 2, 4 … 32 bytes) there are kSlotsPerLane arrays of 32 lanes.
constexpr unsigned kSlotsPerLane = 5;  // four operands and a result
constexpr unsigned kMaxSlotSize = 32;
constexpr unsigned kSlotBytes = 10240;
constexpr unsigned slot_offset(unsigned size, unsigned number) {
  // Smaller sizes take (1 + 2 + … + size / 2) = size - 1 bytes for each lane and number.
  return ((size - 1) * kSlotsPerLane + number * size) * kSimdWidth;
}
static_assert(slot_offset(kMaxSlotSize, kSlotsPerLane) <= kSlotBytes);

// A kernel compiled to coroutines: a constant in its object code.
struct GroupProgram {
  // Runs a thread up to its first waiting place. The handle's first word is the function that
  // resumes it.
  void* (*start)(void* const* buffers, const RunGrid* grid, GroupState* state, uint32_t x,
                 uint32_t y, uint32_t z, uint32_t index);
  const Site* sites;
  uint64_t first_place;  // of the sites among Compiled::places
  uint64_t strict;       // divergent barriers are findings
};

extern "C" {
int32_t tinsmith_run_groups(const GroupProgram* program, void* const* buffers, const RunGrid* grid,
                            void* scratch, uint32_t part, uint32_t parts);
void* tinsmith_frame(GroupState* state, uint64_t bytes);
}

}  // namespace tinsmith::cpu
