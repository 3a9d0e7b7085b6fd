// SPDX-License-Identifier: Apache-2.0
#include "runtime/metal/device.h"

#include <algorithm>
#include <cstring>

#include "runtime/metal/errors.h"
#include "runtime/metal/metal.h"
#include "runtime/metal/program.h"
#include "runtime/metal/system.h"

namespace tinsmith::runtime::metal {

namespace {

// Kernels work on whole words, and a buffer of no bytes can still be bound.
constexpr size_t kGranule = 16;
// Of buffers that only the GPU still needs. An app that takes much more than it holds is ended by
// the system before Metal refuses anything.
constexpr size_t kMostDropped = 64 << 20;

size_t round_up(size_t bytes) { return (bytes + kGranule - 1) / kGranule * kGranule; }

id<MTLLibrary> load(id<MTLDevice> device, const package::MetalLibrary& source, NSError** error) {
  if (source.bytes != nullptr) {
    dispatch_data_t copy = dispatch_data_create(source.bytes->data(), source.bytes->size(), nil,
                                                DISPATCH_DATA_DESTRUCTOR_DEFAULT);
    return [device newLibraryWithData:copy error:error];
  }
  return [device newLibraryWithURL:[NSURL fileURLWithPath:text(source.path.string())] error:error];
}

}  // namespace

Result<std::shared_ptr<Device>> open(const DeviceOptions& options) {
  TS_TRY_ASSIGN(device, MetalDevice::open(options));
  return std::shared_ptr<Device>(std::move(device));
}

Result<std::shared_ptr<MetalDevice>> MetalDevice::open(const DeviceOptions& options) {
  return with_pool([&]() -> Result<std::shared_ptr<MetalDevice>> {
    auto device = std::make_shared<MetalDevice>();
    device->handle_ = MTLCreateSystemDefaultDevice();
    if (device->handle_ == nil) return Failure{"this system has no Metal device", Blame::World};
    device->info_ = describe_device(device->handle_);
    if (device->info_.name.find(options.name) == std::string::npos)
      return Failure{
          "there is no Metal device '" + options.name + "', but '" + device->info_.name + "'",
          Blame::World};
    device->stream_ = std::make_unique<Stream>(device->handle_);
    TS_TRY(device->stream_->start());
    return device;
  });
}

Result<std::shared_ptr<Buffer>> MetalDevice::new_buffer(size_t bytes) {
  return with_pool([&]() -> Result<std::shared_ptr<Buffer>> {
    TS_TRY_ASSIGN(buffer, MetalBuffer::make(shared_from_this(), bytes));
    return std::shared_ptr<Buffer>(std::move(buffer));
  });
}

Result<> MetalDevice::submit(Done done) {
  return with_pool([&]() -> Result<> {
    TS_TRY(stream_->submit());
    if (done) stream_->when_submitted_is_finished(std::move(done));
    return Ok{};
  });
}

Result<> MetalDevice::wait() {
  return with_pool([&] { return stream_->wait_all(); });
}

// Paused even where what was in flight has failed: the app is leaving the screen either way.
Result<> MetalDevice::pause() {
  paused_ = true;
  return wait();
}

Result<> MetalDevice::resume() {
  paused_ = false;
  return Ok{};
}

Result<> MetalDevice::check_not_paused() const {
  if (!paused_) return Ok{};
  return Failure{"the device is paused, so nothing was recorded: resume() it when the app is "
                 "active again",
                 Blame::World};
}

void MetalDevice::drop(size_t bytes, uint64_t batch) {
  if (stream_->is_finished(batch)) return;
  dropped_bytes_ = bytes + (stream_->is_finished(dropped_until_) ? 0 : dropped_bytes_);
  dropped_until_ = std::max(dropped_until_, batch);
}

Result<> MetalDevice::make_room(size_t bytes) {
  if (stream_->is_finished(dropped_until_)) dropped_bytes_ = 0;
  if (dropped_bytes_ == 0 || dropped_bytes_ + bytes <= kMostDropped) return Ok{};
  dropped_bytes_ = 0;
  return stream_->wait(dropped_until_);
}

Result<std::unique_ptr<Program>> MetalDevice::new_program(const package::Kernel& kernel) {
  return with_pool([&]() -> Result<std::unique_ptr<Program>> {
    TS_TRY_ASSIGN(program, MetalProgram::make(shared_from_this(), kernel));
    return std::unique_ptr<Program>(std::move(program));
  });
}

Result<std::shared_ptr<const Library>> MetalDevice::library(
    const std::shared_ptr<const package::MetalLibrary>& source) {
  if (auto known = libraries_[source.get()].lock()) return known;
  std::erase_if(libraries_, [](const auto& entry) { return entry.second.expired(); });
  NSError* error = nil;
  auto library = std::make_shared<Library>();
  library->source = source;
  library->object = load(handle_, *source, &error);
  if (library->object == nil)
    return Failure{"library '" + source->name + "': " + describe(error), Blame::World};
  libraries_[source.get()] = library;
  return std::shared_ptr<const Library>(std::move(library));
}

Result<std::shared_ptr<MetalBuffer>> MetalBuffer::make(std::shared_ptr<MetalDevice> device,
                                                       size_t bytes) {
  const size_t most = device->handle().maxBufferLength;
  if (bytes > most)
    return Failure{"a buffer of " + std::to_string(bytes) + " bytes is more than device '" +
                       device->info().name + "' takes (" + std::to_string(most) + ")",
                   Blame::World};
  TS_TRY(device->make_room(bytes));
  auto buffer = std::make_shared<MetalBuffer>();
  buffer->size_ = bytes;
  const size_t whole = std::max(round_up(bytes), kGranule);
  const auto allocate = [&] {
    return [device->handle() newBufferWithLength:whole options:MTLResourceStorageModeShared];
  };
  buffer->handle_ = allocate();
  if (buffer->handle_ == nil) {
    // What was dropped in flight lives until the GPU is done with it.
    TS_TRY(device->stream().wait_all());
    buffer->handle_ = allocate();
  }
  if (buffer->handle_ == nil)
    return Failure{"there is no memory for a buffer of " + std::to_string(bytes) + " bytes",
                   Blame::World};
  std::memset(buffer->contents(), 0, whole);
  buffer->id_ = device->new_id();
  buffer->device_ = std::move(device);
  return buffer;
}

// Its memory lives as long as a command buffer needs it.
MetalBuffer::~MetalBuffer() {
  if (device_ != nullptr) device_->drop(handle_.length, usage_.last_batch());
}

Result<> MetalBuffer::read(size_t offset, std::span<std::byte> into) {
  TS_TRY(check_range("reading", offset, into.size(), size_));
  if (into.empty()) return Ok{};
  return with_pool([&]() -> Result<> {
    TS_TRY(device_->stream().wait(usage_.write_batch));
    std::memcpy(into.data(), contents() + offset, into.size());
    return Ok{};
  });
}

// Straight into the memory where the GPU has no business with it any more. Else a small write joins
// the stream by way of the ring, and a large one waits: a copy of it would double its memory.
Result<> MetalBuffer::write(size_t offset, std::span<const std::byte> from) {
  TS_TRY(check_range("writing", offset, from.size(), size_));
  if (from.empty()) return Ok{};
  return with_pool([&]() -> Result<> {
    Stream& stream = device_->stream();
    const bool in_use = !stream.is_finished(usage_.last_batch());
    const bool can_be_staged = from.size() <= kMostInRing && offset % 4 == 0 &&
                               from.size() % 4 == 0;  // what Metal copies on every system
    if (in_use && can_be_staged) {
      TS_TRY_ASSIGN(room, stream.reserve(from.size()));
      std::memcpy(room.bytes, from.data(), from.size());
      TS_TRY(stream.copy(room.offset, handle_, offset, from.size(), usage_));
      return stream.finish();
    }
    if (in_use) TS_TRY(stream.wait(usage_.last_batch()));
    std::memcpy(contents() + offset, from.data(), from.size());
    usage_.write_batch = 0;  // what the GPU wrote, or failed to write, is no longer asked for
    return Ok{};
  });
}

Result<> MetalBuffer::clear() {
  return with_pool([&]() -> Result<> {
    Stream& stream = device_->stream();
    if (stream.is_finished(usage_.last_batch())) {
      std::memset(contents(), 0, handle_.length);
      usage_.write_batch = 0;
      return Ok{};
    }
    TS_TRY(stream.reserve(0));
    TS_TRY(stream.clear(handle_, usage_));
    return stream.finish();
  });
}

}  // namespace tinsmith::runtime::metal
