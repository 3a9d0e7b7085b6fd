// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/batches.h"

#include <algorithm>

#include "runtime/vulkan/instance.h"
#include "support/check.h"

namespace tinsmith::runtime::vulkan {

namespace {

constexpr uint64_t kRingAlignment = 256;  // the largest that any device asks for
constexpr VkPipelineStageFlags kWork =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
constexpr VkAccessFlags kWrites = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;

void barrier(VkCommandBuffer commands, VkPipelineStageFlags to, VkAccessFlags access) {
  VkMemoryBarrier memory{};
  memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
  memory.srcAccessMask = kWrites;
  memory.dstAccessMask = access;
  vkCmdPipelineBarrier(commands, kWork, to, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

}  // namespace

Batches::Batches(VkDevice device, VkQueue queue, const Memory& memory)
    : device_(device),
      queue_(queue),
      memory_(memory),
      timer_(device, kSlots),
      completions_(device, queue, timer_) {}

Result<> Batches::start(VkPhysicalDevice physical, uint32_t family) {
  TS_TRY(timer_.start(physical, family));
  for (Slot& slot : slots_) {
    VkCommandPoolCreateInfo pool{};
    pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
    pool.queueFamilyIndex = family;
    TS_TRY(succeeded(vkCreateCommandPool(device_, &pool, nullptr, &slot.pool),
                     "making a command pool"));
    VkCommandBufferAllocateInfo commands{};
    commands.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
    commands.commandPool = slot.pool;
    commands.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    commands.commandBufferCount = 1;
    TS_TRY(succeeded(vkAllocateCommandBuffers(device_, &commands, &slot.commands),
                     "making a command buffer"));
    VkFenceCreateInfo fence{};
    fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
    TS_TRY(succeeded(vkCreateFence(device_, &fence, nullptr, &slot.fence), "making a fence"));
  }
  TS_TRY_ASSIGN(ring, memory_.allocate(kRingBytes, Place::Upload));
  ring_ = ring;
  return Ok{};
}

Batches::~Batches() {
  vkDeviceWaitIdle(device_);
  retire(UINT64_MAX);
  for (const Slot& slot : slots_) {
    vkDestroyFence(device_, slot.fence, nullptr);
    vkDestroyCommandPool(device_, slot.pool, nullptr);
  }
  memory_.free(ring_);
}

Result<> Batches::begin() {
  if (recording_ > kSlots) TS_TRY(wait_for_fences(recording_ - kSlots));
  if (recording_ > kSlots) timer_.collect(recording_ - kSlots);
  const Slot& now = slot(recording_);
  TS_TRY(succeeded(vkResetCommandPool(device_, now.pool, 0), "starting a batch"));
  VkCommandBufferBeginInfo info{};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
  info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  TS_TRY(succeeded(vkBeginCommandBuffer(now.commands, &info), "starting a batch"));
  timer_.begin(now.commands, recording_);
  open_ = true;
  dispatches_ = 0;
  bound_ = VK_NULL_HANDLE;
  ring_begin_of_batch_ = ring_head_;
  return Ok{};
}

// Finds `size` bytes that do not run over the end of the ring.
bool Batches::take_ring(size_t size, uint64_t& at) const {
  at = (ring_head_ + kRingAlignment - 1) / kRingAlignment * kRingAlignment;
  if (at % kRingBytes + size > kRingBytes) at = (at / kRingBytes + 1) * kRingBytes;
  return at + size - ring_tail_ <= kRingBytes;
}

Result<Batches::Room> Batches::reserve(size_t size) {
  TS_CHECK(size <= kMostInRing, "too much for the ring at once");
  uint64_t at = 0;
  while (!take_ring(size, at)) {
    if (done_ + 1 == recording_) TS_TRY(submit());  // the ring is full of this batch
    TS_TRY(wait_for_fences(done_ + 1));
  }
  if (!open_) TS_TRY(begin());
  ring_head_ = at + size;
  const uint64_t offset = at % kRingBytes;
  return Room{slot(recording_).commands, ring_.mapped + offset, static_cast<uint32_t>(offset)};
}

void Batches::order(std::span<const Use> uses) {
  if (!hazards_.order(uses, recording_)) return;
  barrier(slot(recording_).commands, kWork,
          VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT | kWrites);
  ++counters_.barriers;
}

void Batches::bind(VkPipeline pipeline) {
  if (pipeline == bound_) return;
  vkCmdBindPipeline(slot(recording_).commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  bound_ = pipeline;
}

void Batches::count_dispatch() {
  ++dispatches_;
  ++counters_.dispatches;
}

Result<> Batches::finish() {
  if (dispatches_ < kMostDispatches && ring_head_ - ring_begin_of_batch_ < kLargeRingUse)
    return Ok{};
  return submit();
}

Result<> Batches::submit() {
  if (!open_) return Ok{};
  Slot& now = slot(recording_);
  barrier(now.commands, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  timer_.end(now.commands, recording_);
  TS_TRY(succeeded(vkEndCommandBuffer(now.commands), "ending a batch"));
  VkSubmitInfo info{};
  info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  info.commandBufferCount = 1;
  info.pCommandBuffers = &now.commands;
  TS_TRY(succeeded(vkQueueSubmit(queue_, 1, &info, now.fence), "submitting work"));
  now.ring_end = ring_head_;
  open_ = false;
  ++recording_;
  ++counters_.submissions;
  return Ok{};
}

Result<> Batches::submit(Done done) {
  TS_TRY(submit());
  return completions_.add(recording_ - 1, std::move(done));
}

Result<> Batches::wait(uint64_t batch) {
  if (batch >= recording_) TS_TRY(submit());
  return wait_for_fences(std::min(batch, recording_ - 1));
}

Result<> Batches::wait_for_fences(uint64_t batch) {
  if (is_done(batch)) return Ok{};
  ++counters_.waits;
  // The queue works in order, so the last fence is enough.
  TS_TRY(succeeded(vkWaitForFences(device_, 1, &slot(batch).fence, VK_TRUE, UINT64_MAX),
                   "waiting for the device"));
  while (done_ < batch) {
    const VkFence fence = slot(done_ + 1).fence;
    TS_TRY(succeeded(vkWaitForFences(device_, 1, &fence, VK_TRUE, UINT64_MAX),
                     "waiting for the device"));
    TS_TRY(succeeded(vkResetFences(device_, 1, &fence), "waiting for the device"));
    ++done_;
    ring_tail_ = slot(done_).ring_end;
  }
  retire(done_);
  return Ok{};
}

bool Batches::is_done(uint64_t batch) {
  if (batch <= done_) return true;
  bool moved = false;
  while (done_ + 1 < recording_ && vkGetFenceStatus(device_, slot(done_ + 1).fence) == VK_SUCCESS) {
    vkResetFences(device_, 1, &slot(done_ + 1).fence);
    ++done_;
    ring_tail_ = slot(done_).ring_end;
    moved = true;
  }
  if (moved) retire(done_);
  return batch <= done_;
}

void Batches::when_done(uint64_t batch, std::function<void()> action, size_t bytes) {
  if (is_done(batch)) return action();
  deferred_.push_back({batch, std::move(action), bytes});
  bytes_to_free_ += bytes;
  most_bytes_to_free_ = std::max(most_bytes_to_free_, bytes_to_free_);
}

void Batches::retire(uint64_t batch) {
  std::erase_if(deferred_, [&](const Deferred& deferred) {
    if (deferred.batch > batch) return false;
    deferred.action();
    bytes_to_free_ -= deferred.bytes;
    return true;
  });
}

}  // namespace tinsmith::runtime::vulkan
