// SPDX-License-Identifier: Apache-2.0
// The stream of work to the queue. Commands are recorded into batches; a batch is one submission.
// Batches are numbered from 1 in order, and "batch n is done" is the only notion of completion.
// Argument blocks and small uploads lie in a ring of host memory.
#pragma once
#include <vulkan/vulkan.h>

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "runtime/hazards.h"
#include "runtime/runtime.h"
#include "runtime/vulkan/completions.h"
#include "runtime/vulkan/memory.h"
#include "runtime/vulkan/timer.h"

namespace tinsmith::runtime::vulkan {

class Batches {
 public:
  static constexpr size_t kRingBytes = 8 << 20;
  static constexpr size_t kMostInRing = kRingBytes / 8;  // of one reservation

  Batches(VkDevice device, VkQueue queue, const Memory& memory);
  ~Batches();
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;
  Result<> start(VkPhysicalDevice physical, uint32_t family);

  // Where the commands of one launch or copy go. Good until the next call of submit or reserve.
  struct Room {
    VkCommandBuffer commands = VK_NULL_HANDLE;
    std::byte* bytes = nullptr;  // `size` bytes in the ring
    uint32_t offset = 0;         // their place in ring()
  };
  Result<Room> reserve(size_t size);
  VkBuffer ring() const { return ring_.buffer; }

  // Before a command: a barrier where it conflicts with what came since the last one.
  void order(std::span<const Use> uses);
  void bind(VkPipeline pipeline);  // unless it is bound already
  void count_dispatch();
  // After a launch or copy: submits when the batch has become large.
  Result<> finish();

  Result<> submit();
  Result<> wait(uint64_t batch);  // submits it before, where it is being recorded
  Result<> wait_all() { return wait(recording_); }
  bool is_done(uint64_t batch);
  uint64_t recording() const { return recording_; }
  // Submits, and calls `done` when all of it is done.
  Result<> submit(Done done);
  // Runs `action` when the batch is done, at once if it is. `bytes` are what it will free.
  void when_done(uint64_t batch, std::function<void()> action, size_t bytes = 0);
  size_t bytes_to_free() const { return bytes_to_free_; }
  size_t most_bytes_to_free() const { return most_bytes_to_free_; }  // ever
  const Device::Counters& counters() const { return counters_; }

 private:
  static constexpr size_t kSlots = 4;  // batches in flight or being recorded
  static constexpr uint32_t kMostDispatches = 512;
  static constexpr size_t kLargeRingUse = kRingBytes / 4;

  struct Slot {
    VkCommandPool pool = VK_NULL_HANDLE;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    VkFence fence = VK_NULL_HANDLE;
    uint64_t ring_end = 0;
  };
  struct Deferred {
    uint64_t batch;
    std::function<void()> action;
    size_t bytes;
  };
  Slot& slot(uint64_t batch) { return slots_[batch % kSlots]; }
  Result<> begin();
  Result<> wait_for_fences(uint64_t batch);
  void retire(uint64_t batch);
  bool take_ring(size_t size, uint64_t& at) const;

  VkDevice device_;
  VkQueue queue_;
  const Memory& memory_;
  std::array<Slot, kSlots> slots_;
  Allocation ring_;
  uint64_t ring_head_ = 0, ring_tail_ = 0;  // ever growing; the place is the rest modulo kRingBytes
  uint64_t ring_begin_of_batch_ = 0;

  uint64_t recording_ = 1;   // the batch that commands go to now
  uint64_t done_ = 0;        // all batches up to this one are done
  bool open_ = false;        // the recording batch has been begun
  uint32_t dispatches_ = 0;  // in the recording batch
  VkPipeline bound_ = VK_NULL_HANDLE;
  Hazards hazards_;
  std::vector<Deferred> deferred_;
  size_t bytes_to_free_ = 0, most_bytes_to_free_ = 0;
  Device::Counters counters_;
  Timer timer_;
  Completions completions_;  // after the timer, which its thread asks
};

}  // namespace tinsmith::runtime::vulkan
