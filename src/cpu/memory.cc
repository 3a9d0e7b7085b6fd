// SPDX-License-Identifier: Apache-2.0
#include "cpu/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

namespace tinsmith::cpu {

namespace {

constexpr size_t kAlignment = 64;  // a cache line, and the widest vector
constexpr size_t kLeastMapped = 128 << 10;
constexpr size_t kHugePage = 2 << 20;
// On either side of a guarded buffer. Wide, so that an index that is far off faults too; it is
// address space alone.
constexpr size_t kGuard = size_t{1} << 30;
constexpr std::byte kPattern{0xa5};

size_t round_up(size_t n, size_t granule) { return (n + granule - 1) / granule * granule; }

Failure no_memory(size_t bytes) {
  return {"there is no memory for a buffer of " + std::to_string(bytes) + " bytes", Blame::World};
}

}  // namespace

Result<std::shared_ptr<HostBuffer>> HostBuffer::make(size_t bytes, bool guarded) {
  auto buffer = std::make_shared<HostBuffer>();
  buffer->size_ = bytes;
  if (bytes > SIZE_MAX / 2) return no_memory(bytes);
  if (guarded || bytes >= kLeastMapped) {
    if (!buffer->map(bytes, guarded)) return no_memory(bytes);
    return buffer;
  }
  const size_t whole = round_up(std::max<size_t>(bytes, 1), kAlignment);
  buffer->data_ = static_cast<std::byte*>(std::aligned_alloc(kAlignment, whole));
  if (buffer->data_ == nullptr) return no_memory(bytes);
  std::memset(buffer->data_, 0, whole);
  return buffer;
}

bool HostBuffer::map(size_t bytes, bool guarded) {
  const size_t page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t whole = round_up(std::max<size_t>(bytes, 1), page);
  const size_t guard = guarded ? kGuard : 0;
  void* mapping = ::mmap(nullptr, whole + 2 * guard, guarded ? PROT_NONE : PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | (guarded ? MAP_NORESERVE : 0), -1, 0);
  if (mapping == MAP_FAILED) return false;
  mapping_ = static_cast<std::byte*>(mapping);
  mapped_ = whole + 2 * guard;
  data_ = mapping_ + guard;
  if (!guarded) {
    if (whole >= 2 * kHugePage) ::madvise(mapping_, mapped_, MADV_HUGEPAGE);
    return true;
  }
  if (::mprotect(data_, whole, PROT_READ | PROT_WRITE) != 0) return false;
  // As aligned as elements of a buffer of this size can be; 4, for kernels work on whole words.
  const size_t alignment =
      bytes == 0 ? kAlignment
                 : std::clamp<size_t>(size_t{1} << std::countr_zero(bytes), 4, kAlignment);
  before_ = {data_, whole - round_up(std::max<size_t>(bytes, 1), alignment)};
  std::ranges::fill(before_, kPattern);
  data_ += before_.size();
  return true;
}

HostBuffer::~HostBuffer() {
  if (mapping_ != nullptr) {
    ::munmap(mapping_, mapped_);
  } else {
    std::free(data_);
  }
}

Result<> HostBuffer::read(size_t offset, std::span<std::byte> into) {
  TS_TRY(runtime::check_range("reading", offset, into.size(), size_));
  if (!into.empty()) std::memcpy(into.data(), data_ + offset, into.size());
  return Ok{};
}

Result<> HostBuffer::write(size_t offset, std::span<const std::byte> from) {
  TS_TRY(runtime::check_range("writing", offset, from.size(), size_));
  if (!from.empty()) std::memcpy(data_ + offset, from.data(), from.size());
  return Ok{};
}

Result<> HostBuffer::clear() {
  if (size_ > 0) std::memset(data_, 0, size_);
  return Ok{};
}

bool HostBuffer::guards(const void* address) const {
  const auto* at = static_cast<const std::byte*>(address);
  return mapping_ != nullptr && at >= mapping_ && at < mapping_ + mapped_;
}

int64_t HostBuffer::find_overwritten() {
  const auto changed = std::ranges::find_if(before_, [](std::byte b) { return b != kPattern; });
  if (changed == before_.end()) return 0;
  const int64_t offset = &*changed - data_;
  std::ranges::fill(before_, kPattern);
  return offset;
}

}  // namespace tinsmith::cpu
