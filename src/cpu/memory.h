// SPDX-License-Identifier: Apache-2.0
// Buffers in host memory. A guarded one ends where its last page ends and lies between two
// stretches that no access is allowed to: what a kernel does outside of it faults (faults.h). The
// few bytes before it, to the start of its first page, hold a pattern that is looked at after a
// launch.
#pragma once
#include <memory>

#include "runtime/backend.h"

namespace tinsmith::cpu {

class HostBuffer final : public runtime::Buffer {
 public:
  static Result<std::shared_ptr<HostBuffer>> make(size_t bytes, bool guarded);
  ~HostBuffer() override;
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;

  size_t size() const override { return size_; }
  Result<> read(size_t offset, std::span<std::byte> into) override;
  Result<> write(size_t offset, std::span<const std::byte> from) override;
  Result<> clear() override;

  std::byte* data() const { return data_; }
  // Whether `address` lies in this buffer or in what guards it.
  bool guards(const void* address) const;
  // The offset (below 0) of the first byte before the buffer that was overwritten; 0: none was. The
  // pattern is whole again afterwards.
  int64_t find_overwritten();

  HostBuffer() = default;

 private:
  bool map(size_t bytes, bool guarded);

  size_t size_ = 0;
  std::byte* data_ = nullptr;
  std::byte* mapping_ = nullptr;  // null: data_ is from aligned_alloc
  size_t mapped_ = 0;
  std::span<std::byte> before_;  // within the first page of a guarded buffer
};

}  // namespace tinsmith::cpu
