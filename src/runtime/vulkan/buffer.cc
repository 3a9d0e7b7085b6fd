// SPDX-License-Identifier: Apache-2.0
#include "runtime/vulkan/buffer.h"

#include <algorithm>
#include <cstring>

namespace tinsmith::runtime::vulkan {

namespace {

// Kernels work on whole words, and a buffer of no bytes can still be bound.
constexpr size_t kGranule = 16;
constexpr size_t kMostToFree = 256 << 20;
constexpr uint32_t kMostWritesInARow = 16;

}  // namespace

Result<std::shared_ptr<VulkanBuffer>> VulkanBuffer::make(std::shared_ptr<VulkanDevice> device,
                                                         size_t bytes) {
  const uint32_t most = device->abilities().most_bytes;
  if (bytes > most)
    return Failure{"a buffer of " + std::to_string(bytes) + " bytes is more than device '" +
                       device->info().name + "' can bind (" + std::to_string(most) + ")",
                   Blame::World};
  auto buffer = std::make_shared<VulkanBuffer>();
  buffer->size_ = bytes;
  buffer->allocated_ = std::max((bytes + kGranule - 1) / kGranule * kGranule, kGranule);
  // What was dropped while in flight is still allocated: it must not pile up, nor be the reason of
  // a failure.
  Batches& batches = device->batches();
  if (batches.bytes_to_free() > kMostToFree) TS_TRY(batches.wait_all());
  auto allocation = device->memory().allocate(buffer->allocated_, Place::Device);
  if (!allocation) {
    TS_TRY(batches.wait_all());
    allocation = device->memory().allocate(buffer->allocated_, Place::Device);
    if (!allocation) return allocation.failure();
  }
  buffer->allocation_ = *allocation;
  buffer->id_ = device->new_id();
  buffer->device_ = std::move(device);
  TS_TRY(buffer->clear());
  return buffer;
}

VulkanBuffer::~VulkanBuffer() {
  if (device_ == nullptr) return;
  const auto free = [memory = &device_->memory(), allocation = allocation_] {
    memory->free(allocation);
  };
  device_->batches().when_done(usage_.last_batch(), free, allocated_);
}

Result<> VulkanBuffer::read(size_t offset, std::span<std::byte> into) {
  TS_TRY(check_range("reading", offset, into.size(), size_));
  if (into.empty()) return Ok{};
  if (allocation_.mapped == nullptr) {
    TS_TRY(read_staged(offset, into));
  } else {
    TS_TRY(device_->batches().wait(usage_.write_batch));
    std::memcpy(into.data(), allocation_.mapped + offset, into.size());
  }
  return device_->check();
}

// A write to a buffer in use joins the stream. Waiting, to write straight, costs less where the
// write is large, or one of many, as of a loop over the elements of a field.
bool VulkanBuffer::is_worth_waiting(size_t bytes) {
  const uint64_t dispatches = device_->batches().counters().dispatches;
  writes_in_a_row_ = dispatches == dispatches_at_write_ ? writes_in_a_row_ + 1 : 1;
  dispatches_at_write_ = dispatches;
  return bytes > Batches::kMostInRing || writes_in_a_row_ > kMostWritesInARow;
}

Result<> VulkanBuffer::write(size_t offset, std::span<const std::byte> from) {
  TS_TRY(check_range("writing", offset, from.size(), size_));
  if (from.empty()) return Ok{};
  Batches& batches = device_->batches();
  const bool in_use = !batches.is_done(usage_.last_batch());
  if (allocation_.mapped == nullptr || (in_use && !is_worth_waiting(from.size()))) {
    TS_TRY(write_staged(offset, from));
  } else {
    TS_TRY(batches.wait(usage_.last_batch()));
    std::memcpy(allocation_.mapped + offset, from.data(), from.size());
  }
  return device_->check();
}

Result<> VulkanBuffer::clear() {
  Batches& batches = device_->batches();
  if (allocation_.mapped != nullptr && batches.is_done(usage_.last_batch())) {
    std::memset(allocation_.mapped, 0, allocated_);
    return Ok{};
  }
  TS_TRY_ASSIGN(room, batches.reserve(0));
  const Use use{&usage_, false, true};
  batches.order({&use, 1});
  vkCmdFillBuffer(room.commands, allocation_.buffer, 0, allocated_, 0);
  TS_TRY(batches.finish());
  return device_->check();
}

Result<> VulkanBuffer::write_staged(size_t offset, std::span<const std::byte> from) {
  Batches& batches = device_->batches();
  const Use use{&usage_, false, true};
  for (size_t at = 0; at < from.size(); at += Batches::kMostInRing) {
    const size_t bytes = std::min(from.size() - at, Batches::kMostInRing);
    TS_TRY_ASSIGN(room, batches.reserve(bytes));
    std::memcpy(room.bytes, from.data() + at, bytes);
    batches.order({&use, 1});
    const VkBufferCopy copy{room.offset, offset + at, bytes};
    vkCmdCopyBuffer(room.commands, batches.ring(), allocation_.buffer, 1, &copy);
    TS_TRY(batches.finish());
  }
  return Ok{};
}

Result<> VulkanBuffer::read_staged(size_t offset, std::span<std::byte> into) {
  Batches& batches = device_->batches();
  const Use use{&usage_, true, false};
  for (size_t at = 0; at < into.size(); at += VulkanDevice::kReadbackBytes) {
    const size_t bytes = std::min(into.size() - at, VulkanDevice::kReadbackBytes);
    TS_TRY_ASSIGN(room, batches.reserve(0));
    batches.order({&use, 1});
    const VkBufferCopy copy{offset + at, 0, bytes};
    vkCmdCopyBuffer(room.commands, allocation_.buffer, device_->readback().buffer, 1, &copy);
    TS_TRY(batches.wait(batches.recording()));
    std::memcpy(into.data() + at, device_->readback().mapped, bytes);
  }
  return Ok{};
}

}  // namespace tinsmith::runtime::vulkan
