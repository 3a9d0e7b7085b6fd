// SPDX-License-Identifier: Apache-2.0
// Calls back when the device has finished what was submitted. The fences of batches belong to the
// thread that records, so each completion has a fence of its own, signalled by a submission of no
// commands, and one thread waits for these fences in order.
#pragma once
#include <vulkan/vulkan.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/runtime.h"
#include "runtime/vulkan/timer.h"

namespace tinsmith::runtime::vulkan {

class Completions {
 public:
  Completions(VkDevice device, VkQueue queue, Timer& timer)
      : device_(device), queue_(queue), timer_(timer) {}
  ~Completions();  // all have been called then
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

  // `done` is called when all batches up to this one, which are submitted, are done.
  Result<> add(uint64_t batch, Done done);

 private:
  struct Pending {
    VkFence fence;
    Done done;
  };
  Result<VkFence> take_fence();
  void work();

  VkDevice device_;
  VkQueue queue_;
  Timer& timer_;
  std::thread thread_;  // from the first completion on
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Pending> pending_;
  std::vector<VkFence> free_;
  bool ends_ = false;
};

}  // namespace tinsmith::runtime::vulkan
