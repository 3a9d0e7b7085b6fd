// SPDX-License-Identifier: Apache-2.0
// Threads of a group are started simdgroup by simdgroup and run until they wait or return. Within a
// simdgroup only the lanes at the lowest place in program order go on, the others wait for them:
// this is how lanes that left a loop early, or skipped a branch, meet the others again (Apple's
// hardware does so; MLX's gemv relies on it, even for a threadgroup barrier). A barrier opens when
// every simdgroup that has not returned waits at one with its lowest lanes.
#include "cpu/scheduler.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#include "cpu/finding.h"

namespace tinsmith::cpu {

namespace {

constexpr size_t kFrameAlign = 256;  // of the largest variables, simdgroup matrices

struct FreeBytes {
  void operator()(uint8_t* bytes) const { std::free(bytes); }
};

// Memory for frames: taken in order, given back all at once.
class Frames {
 public:
  void reset() {
    chunk_ = 0;
    used_ = 0;
  }

  void* take(size_t bytes) {
    size_t align = bytes < kFrameAlign ? 64 : kFrameAlign;
    bytes = (bytes + align - 1) / align * align;
    for (; chunk_ < chunks_.size(); ++chunk_, used_ = 0) {
      size_t at = (used_ + align - 1) / align * align;
      if (at + bytes > chunks_[chunk_].size) continue;
      used_ = at + bytes;
      return chunks_[chunk_].bytes.get() + at;
    }
    size_t size = std::max<size_t>(bytes, size_t{1} << 20);
    size = (size + kFrameAlign - 1) / kFrameAlign * kFrameAlign;
    auto* memory = static_cast<uint8_t*>(std::aligned_alloc(kFrameAlign, size));
    if (memory == nullptr) throw std::bad_alloc();
    chunks_.push_back({std::unique_ptr<uint8_t, FreeBytes>(memory), size});
    used_ = bytes;
    return memory;
  }

 private:
  struct Chunk {
    std::unique_ptr<uint8_t, FreeBytes> bytes;
    size_t size;
  };
  std::vector<Chunk> chunks_;
  size_t chunk_ = 0, used_ = 0;
};

// What a worker keeps from group to group.
struct Memory {
  Frames frames;
  std::vector<void*> handles;    // of the coroutines, by thread
  std::vector<uint32_t> sites;   // where each waits
  std::vector<uint32_t> lowest;  // of each simdgroup
  std::unique_ptr<uint8_t, FreeBytes> slots;
  size_t slot_bytes = 0;

  void make_room(uint32_t threads) {
    uint32_t simdgroups = (threads + kSimdWidth - 1) / kSimdWidth;
    size_t lanes = size_t{simdgroups} * kSimdWidth;
    if (handles.size() < lanes) {
      handles.resize(lanes);
      sites.resize(lanes);
      lowest.resize(simdgroups);
    }
    size_t bytes = size_t{simdgroups} * kSlotBytes;
    if (bytes <= slot_bytes) return;
    auto* memory = static_cast<uint8_t*>(std::aligned_alloc(kFrameAlign, bytes));
    if (memory == nullptr) throw std::bad_alloc();
    std::fill_n(memory, bytes, uint8_t{0});
    slots.reset(memory);
    slot_bytes = bytes;
  }
};

void resume(void* handle) {
  void (*function)(void*) = *static_cast<void (**)(void*)>(handle);
  function(handle);
}

class Group {
 public:
  Group(const GroupProgram& program, void* const* buffers, const RunGrid& grid, Memory& memory,
        uint8_t* scratch)
      : program_(program), buffers_(buffers), grid_(grid), memory_(memory) {
    state_.scratch = scratch;
    state_.frames = &memory.frames;
  }

  // False: a finding is in the scratch memory.
  bool run(const uint32_t (&group_id)[3]) {
    threads_ = 1;
    for (unsigned i = 0; i < 3; ++i) {
      uint64_t first = uint64_t{group_id[i]} * grid_.group[i];
      state_.group_id[i] = group_id[i];
      state_.extent[i] =
          static_cast<uint32_t>(std::min<uint64_t>(grid_.group[i], grid_.grid[i] - first));
      threads_ *= state_.extent[i];
    }
    memory_.make_room(threads_);
    memory_.frames.reset();
    state_.sites = memory_.sites.data();
    state_.slots = memory_.slots.get();
    std::fill_n(state_.sites + threads_, -threads_ % kSimdWidth, kReturned);
    return start_all() && run_to_end();
  }

 private:
  bool start_all() {
    uint32_t x = 0, y = 0, z = 0;
    for (uint32_t i = 0; i < threads_; ++i) {
      memory_.handles[i] = program_.start(buffers_, &grid_, &state_, x, y, z, i);
      if (has_finding()) return false;
      if (++x == state_.extent[0]) {
        x = 0;
        if (++y == state_.extent[1]) {
          y = 0;
          ++z;
        }
      }
      bool last_lane = i % kSimdWidth == kSimdWidth - 1 || i + 1 == threads_;
      if (last_lane && !advance(i / kSimdWidth)) return false;
    }
    return true;
  }

  bool run_to_end() {
    uint32_t simdgroups = (threads_ + kSimdWidth - 1) / kSimdWidth;
    for (;;) {
      uint32_t waiting = kReturned;
      for (uint32_t i = 0; i < simdgroups; ++i) {
        if (memory_.lowest[i] == kReturned) continue;
        if (waiting != kReturned && waiting != memory_.lowest[i] && program_.strict != 0) {
          return report(waiting, memory_.lowest[i]);
        }
        waiting = memory_.lowest[i];
      }
      if (waiting == kReturned) return true;
      for (uint32_t i = 0; i < simdgroups; ++i) {
        if (memory_.lowest[i] == kReturned) continue;
        resume_lanes(i, lanes_at(i, memory_.lowest[i]));
        if (!advance(i)) return false;
      }
    }
  }

  // Runs a simdgroup, whose lanes all wait or have returned, until a barrier or its end.
  bool advance(uint32_t simdgroup) {
    for (;;) {
      uint32_t low = lowest_site(simdgroup);
      memory_.lowest[simdgroup] = low;
      if (has_finding()) return false;
      if (low == kReturned) return true;
      const Site& site = program_.sites[low];
      if (site.kind == Site::GroupBarrier) return program_.strict == 0 || is_whole(simdgroup, low);
      uint32_t lanes = lanes_at(simdgroup, low);
      if (site.kind == Site::Operation) {
        site.run(state_.slots + size_t{simdgroup} * kSlotBytes, lanes);
      }
      resume_lanes(simdgroup, lanes);
    }
  }

  const uint32_t* sites_of(uint32_t simdgroup) const {
    return state_.sites + size_t{simdgroup} * kSimdWidth;
  }

  // Whether all lanes are at one place: nearly always, and quick to see.
  static bool are_together(const uint32_t* sites) {
    uint32_t apart = 0;
    for (uint32_t i = 0; i < kSimdWidth; ++i) apart |= sites[i] ^ sites[0];
    return apart == 0;
  }

  uint32_t lowest_site(uint32_t simdgroup) const {
    const uint32_t* sites = sites_of(simdgroup);
    if (are_together(sites)) return sites[0];
    return *std::min_element(sites, sites + kSimdWidth);
  }

  uint32_t lanes_at(uint32_t simdgroup, uint32_t site) const {
    const uint32_t* sites = sites_of(simdgroup);
    if (sites[0] == site && are_together(sites)) return ~0u;
    uint32_t out = 0;
    for (uint32_t i = 0; i < kSimdWidth; ++i) out |= uint32_t{sites[i] == site} << i;
    return out;
  }

  void resume_lanes(uint32_t simdgroup, uint32_t lanes) {
    void** handles = memory_.handles.data() + size_t{simdgroup} * kSimdWidth;
    if (lanes == ~0u) {
      for (uint32_t i = 0; i < kSimdWidth; ++i) resume(handles[i]);
      return;
    }
    for (; lanes != 0; lanes &= lanes - 1) resume(handles[__builtin_ctz(lanes)]);
  }

  // At a barrier, by the language, all lanes must be; those that have returned are let off.
  bool is_whole(uint32_t simdgroup, uint32_t low) {
    const uint32_t* sites = sites_of(simdgroup);
    for (uint32_t i = 0; i < kSimdWidth; ++i) {
      if (sites[i] != low && sites[i] != kReturned) return report(low, sites[i]);
    }
    return true;
  }

  bool has_finding() const {
    return reinterpret_cast<const Finding*>(state_.scratch)->kind != Finding::None;
  }

  bool report(uint32_t first, uint32_t second) {
    auto place = [&](uint32_t site) {
      return site == kReturned ? kNowhere : static_cast<uint32_t>(program_.first_place) + site;
    };
    auto* finding = reinterpret_cast<Finding*>(state_.scratch);
    *finding = {Finding::Divergence, place(first), place(second), {}};
    std::copy_n(state_.group_id, 3, finding->group_id);
    return false;
  }

  const GroupProgram& program_;
  void* const* buffers_;
  const RunGrid& grid_;
  Memory& memory_;
  GroupState state_ = {};
  uint32_t threads_ = 0;
};

}  // namespace

extern "C" int32_t tinsmith_run_groups(const GroupProgram* program, void* const* buffers,
                                       const RunGrid* grid, void* scratch, uint32_t part,
                                       uint32_t parts) {
  static thread_local Memory memory;
  uint64_t counts[3], total = 1;
  for (unsigned i = 0; i < 3; ++i) {
    counts[i] = (uint64_t{grid->grid[i]} + grid->group[i] - 1) / grid->group[i];
    total *= counts[i];
  }
  uint64_t each = (total + parts - 1) / parts;
  uint64_t first = std::min(total, each * part), end = std::min(total, first + each);
  Group group(*program, buffers, *grid, memory, static_cast<uint8_t*>(scratch));
  for (uint64_t i = first; i < end; ++i) {
    uint32_t id[3] = {static_cast<uint32_t>(i % counts[0]),
                      static_cast<uint32_t>(i / counts[0] % counts[1]),
                      static_cast<uint32_t>(i / counts[0] / counts[1])};
    if (!group.run(id)) break;
  }
  return *static_cast<const int32_t*>(scratch);
}

extern "C" void* tinsmith_frame(GroupState* state, uint64_t bytes) {
  return static_cast<Frames*>(state->frames)->take(bytes);
}

}  // namespace tinsmith::cpu
