// SPDX-License-Identifier: Apache-2.0
// The memory of a buffer, mapped twice: once for the program, once for the GPU. So the program's
// view can be closed while the GPU works on it, and an access then stops the program with a
// sentence.
#pragma once
#include <cstddef>
#include <mutex>
#include <span>

namespace fake_metal {

class GuardedMemory {
 public:
  // `bytes` above 0.
  GuardedMemory(size_t bytes, bool garbage);
  ~GuardedMemory();
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  std::span<std::byte> of_program() const { return {program_, size_}; }
  std::span<std::byte> of_gpu() const { return {gpu_, size_}; }
  // A committed command buffer begins, or ends, to use it.
  void begin_use(bool writes);
  void end_use(bool writes);
  bool being_written();

 private:
  void protect();

  size_t size_ = 0, mapped_ = 0;
  std::byte* program_ = nullptr;
  std::byte* gpu_ = nullptr;
  std::mutex mutex_;
  int readers_ = 0, writers_ = 0;
};

}  // namespace fake_metal
