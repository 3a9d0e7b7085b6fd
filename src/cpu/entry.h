// SPDX-License-Identifier: Apache-2.0
// What compiled code looks like to its caller: one C function, the same for every way of running a
// kernel (plain loops, Taichi's strided loop, coroutines), so that object code can be cached.
#pragma once
#include <cstdint>

namespace tinsmith::cpu {

// A launch, as compiled code reads it. Its layout is known to the code: change kEntryVersion with
// it.
struct RunGrid {
  uint32_t grid[3];                  // threads
  uint32_t group[3];                 // threads per threadgroup
  uint32_t threadgroup_offsets[31];  // of threadgroup argument i within the scratch memory
  uint32_t threadgroup_bytes_total;  // of static threadgroup memory and arguments together
  uint32_t reserved;
};
static_assert(sizeof(RunGrid) == 39 * 4);

constexpr uint32_t kEntryVersion = 1;
constexpr const char* kEntryName = "tinsmith_entry";
constexpr uint32_t kSimdWidth = 32;      // threads of a simdgroup, as on Apple's GPUs
constexpr uint32_t kMaxBuffers = 31;     // Metal's buffer indices are 0..30
constexpr uint32_t kMaxGrid = 1u << 30;  // longer dimensions are refused (index arithmetic)

// Runs share `part` of `parts`. `buffers` is by Metal index; `scratch` belongs to this call alone.
// 0: done; else a code of a debug finding.
using Entry = int32_t (*)(void* const* buffers, const RunGrid* grid, void* scratch, uint32_t part,
                          uint32_t parts);

}  // namespace tinsmith::cpu
