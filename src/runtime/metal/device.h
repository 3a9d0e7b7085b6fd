// SPDX-License-Identifier: Apache-2.0
// A Metal device with one queue, and what buffers and programs share of it; for the Objective-C++
// files of this folder alone.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "runtime/backend.h"
#include "runtime/metal/stream.h"

namespace tinsmith::runtime::metal {

// One MTLLibrary for all functions of a package's library. Lives as long as a program of it.
struct Library {
  std::shared_ptr<const package::MetalLibrary> source;
  id<MTLLibrary> object;
};

class MetalDevice final : public Device, public std::enable_shared_from_this<MetalDevice> {
 public:
  static Result<std::shared_ptr<MetalDevice>> open(const DeviceOptions& options);

  const DeviceInfo& info() const override { return info_; }
  Result<std::shared_ptr<Buffer>> new_buffer(size_t bytes) override;
  Result<> submit(Done done) override;
  Result<> wait() override;
  Result<> pause() override;
  Result<> resume() override;
  bool paused() const override { return paused_; }
  Counters counters() const override { return stream_->counters(); }
  Result<std::unique_ptr<Program>> new_program(const package::Kernel& kernel) override;

  id<MTLDevice> handle() const { return handle_; }
  Stream& stream() const { return *stream_; }
  uint64_t new_id() { return ++last_id_; }
  Result<std::shared_ptr<const Library>> library(
      const std::shared_ptr<const package::MetalLibrary>& source);
  Result<> check_not_paused() const;
  // A buffer of so many bytes has gone, which this batch still needs.
  void drop(size_t bytes, uint64_t batch);
  // Waits where much memory is held by the GPU alone.
  Result<> make_room(size_t bytes);

 private:
  id<MTLDevice> handle_;
  DeviceInfo info_;
  std::unique_ptr<Stream> stream_;
  std::map<const package::MetalLibrary*, std::weak_ptr<const Library>> libraries_;
  uint64_t last_id_ = 0;
  size_t dropped_bytes_ = 0;    // of buffers that went before the GPU was done with them
  uint64_t dropped_until_ = 0;  // the last batch that needs one of them
  bool paused_ = false;
};

// Memory that host and GPU share.
class MetalBuffer final : public Buffer {
 public:
  static Result<std::shared_ptr<MetalBuffer>> make(std::shared_ptr<MetalDevice> device,
                                                   size_t bytes);
  MetalBuffer() = default;
  ~MetalBuffer() override;
  MetalBuffer(const MetalBuffer&) = delete;
  MetalBuffer& operator=(const MetalBuffer&) = delete;

  size_t size() const override { return size_; }
  Result<> read(size_t offset, std::span<std::byte> into) override;
  Result<> write(size_t offset, std::span<const std::byte> from) override;
  Result<> clear() override;

  const MetalDevice* device() const { return device_.get(); }
  id<MTLBuffer> handle() const { return handle_; }
  uint64_t number() const { return id_; }  // never used again for another buffer
  Usage& usage() { return usage_; }

 private:
  std::byte* contents() const { return static_cast<std::byte*>(handle_.contents); }

  std::shared_ptr<MetalDevice> device_;
  size_t size_ = 0;
  uint64_t id_ = 0;
  // Command buffers keep it alive as long as they need it, so it may go before they are finished.
  id<MTLBuffer> handle_;
  Usage usage_;
};

}  // namespace tinsmith::runtime::metal
