// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/timer.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "runtime/vulkan/instance.h"
#include "support/check.h"

namespace tinsmith::runtime::vulkan {

Timer::~Timer() { vkDestroyQueryPool(device_, pool_, nullptr); }

Result<> Timer::start(VkPhysicalDevice physical, uint32_t family) {
  VkPhysicalDeviceProperties properties{};
  vkGetPhysicalDeviceProperties(physical, &properties);
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, families.data());
  const uint32_t bits = families[family].timestampValidBits;
  if (bits == 0) return Ok{};
  mask_ = bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  seconds_per_tick_ = static_cast<double>(properties.limits.timestampPeriod) * 1e-9;
  VkQueryPoolCreateInfo info{};
  info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = 2 * slots_;
  return succeeded(vkCreateQueryPool(device_, &info, nullptr, &pool_), "making a query pool");
}

void Timer::begin(VkCommandBuffer commands, uint64_t batch) const {
  if (pool_ == VK_NULL_HANDLE) return;
  const auto first = static_cast<uint32_t>(batch % slots_) * 2;
  vkCmdResetQueryPool(commands, pool_, first, 2);
  vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, pool_, first);
}

void Timer::end(VkCommandBuffer commands, uint64_t batch) const {
  if (pool_ == VK_NULL_HANDLE) return;
  const auto first = static_cast<uint32_t>(batch % slots_) * 2;
  vkCmdWriteTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool_, first + 1);
}

void Timer::collect(uint64_t batch) {
  const std::lock_guard lock(mutex_);
  while (collected_ < batch) add(++collected_);
}

void Timer::add(uint64_t batch) {
  uint64_t times[2] = {};
  const auto first = static_cast<uint32_t>(batch % slots_) * 2;
  if (pool_ == VK_NULL_HANDLE ||
      vkGetQueryPoolResults(device_, pool_, first, 2, sizeof times, times, sizeof times[0],
                            VK_QUERY_RESULT_64_BIT) != VK_SUCCESS) {
    total_ = std::numeric_limits<double>::quiet_NaN();
  } else {
    const uint64_t end = times[1] & mask_;
    const uint64_t begin = std::max(times[0] & mask_, last_end_);
    // A counter that went round, as one of 36 bits does after a minute, loses this batch.
    if (end > begin) total_ += static_cast<double>(end - begin) * seconds_per_tick_;
    last_end_ = end;
  }
  for (Mark& mark : marks_)
    if (mark.batch == batch) mark.total = total_;
}

void Timer::mark(uint64_t batch) {
  const std::lock_guard lock(mutex_);
  marks_.push_back({batch, total_});
}

double Timer::take() {
  const std::lock_guard lock(mutex_);
  TS_CHECK(!marks_.empty(), "a mark for each completion");
  while (collected_ < marks_.front().batch) add(++collected_);
  const Mark mark = marks_.front();
  marks_.pop_front();
  const double seconds = mark.total - taken_;
  taken_ = mark.total;
  return seconds;
}

}  // namespace tinsmith::runtime::vulkan
