// SPDX-License-Identifier: Apache-2.0
// How long the device worked, by a timestamp at the beginning and the end of each batch. Batches
// may overlap; what they overlap counts once. Results are collected by the thread that records,
// before it uses a slot again, and by the one that tells of completions: hence the lock.
#pragma once
#include <vulkan/vulkan.h>

#include <cstdint>
#include <deque>
#include <mutex>

#include "support/result.h"

namespace tinsmith::runtime::vulkan {

class Timer {
 public:
  Timer(VkDevice device, uint32_t slots) : device_(device), slots_(slots) {}
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Where the device has no timestamps, all times are NaN.
  Result<> start(VkPhysicalDevice physical, uint32_t family);

  void begin(VkCommandBuffer commands, uint64_t batch) const;
  void end(VkCommandBuffer commands, uint64_t batch) const;

  // All batches up to this one are done.
  void collect(uint64_t batch);
  // Somebody will ask how long the device worked up to this batch.
  void mark(uint64_t batch);
  // The seconds from the mark before to this one, which is the first that was not taken. Its batch
  // is done.
  double take();

 private:
  struct Mark {
    uint64_t batch;
    double total;  // seconds up to it
  };
  void add(uint64_t batch);

  VkDevice device_;
  uint32_t slots_;
  VkQueryPool pool_ = VK_NULL_HANDLE;
  double seconds_per_tick_ = 0;
  uint64_t mask_ = 0;  // of the bits of a timestamp that count

  std::mutex mutex_;
  uint64_t collected_ = 0;
  uint64_t last_end_ = 0;
  double total_ = 0, taken_ = 0;
  std::deque<Mark> marks_;
};

}  // namespace tinsmith::runtime::vulkan
