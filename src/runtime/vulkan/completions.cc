// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/completions.h"

#include <utility>

#include "runtime/vulkan/instance.h"

namespace tinsmith::runtime::vulkan {

Completions::~Completions() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (VkFence fence : free_) vkDestroyFence(device_, fence, nullptr);
}

Result<VkFence> Completions::take_fence() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      const VkFence fence = free_.back();
      free_.pop_back();
      return fence;
    }
  }
  VkFenceCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
  VkFence fence = VK_NULL_HANDLE;
  TS_TRY(succeeded(vkCreateFence(device_, &info, nullptr, &fence), "making a fence"));
  return fence;
}

Result<> Completions::add(uint64_t batch, Done done) {
  TS_TRY_ASSIGN(fence, take_fence());
  if (auto submitted = succeeded(vkQueueSubmit(queue_, 0, nullptr, fence), "submitting work");
      !submitted) {
    const std::lock_guard lock(mutex_);
    free_.push_back(fence);
    return submitted;
  }
  timer_.mark(batch);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  {
    const std::lock_guard lock(mutex_);
    pending_.push_back({fence, std::move(done)});
  }
  changed_.notify_all();
  return Ok{};
}

void Completions::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !pending_.empty() || ends_; });
    if (pending_.empty()) return;
    const Pending next = std::move(pending_.front());
    pending_.pop_front();
    lock.unlock();
    const Result<> waited = succeeded(vkWaitForFences(device_, 1, &next.fence, VK_TRUE, UINT64_MAX),
                                      "waiting for the device");
    const double seconds = timer_.take();
    next.done({waited ? nullptr : &waited.failure(), seconds});
    vkResetFences(device_, 1, &next.fence);
    lock.lock();
    free_.push_back(next.fence);
  }
}

}  // namespace tinsmith::runtime::vulkan
