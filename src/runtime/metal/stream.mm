// SPDX-License-Identifier: Apache-2.0
#include "runtime/metal/stream.h"

#include <algorithm>

#include "runtime/metal/errors.h"
#include "support/check.h"
#include "support/ranges.h"

namespace tinsmith::runtime::metal {

namespace {

// What the simulator wants of offsets into constant memory; devices take less.
constexpr uint64_t kRingAlignment = 256;

Failure refused(const char* what) {
  return {std::string("Metal gave no ") + what + ": the device has been lost, or memory is short",
          Blame::World};
}

}  // namespace

Result<> Stream::start() {
  queue_ = [device_ newCommandQueue];
  if (queue_ == nil) return refused("command queue");
  ring_ = [device_ newBufferWithLength:kRingBytes options:MTLResourceStorageModeShared];
  if (ring_ == nil) return refused("memory for arguments");
  names_.reserve(kMostNames);
  return Ok{};
}

// What was recorded and never submitted, nobody can ask for.
Stream::~Stream() {
  with_pool([&] { end_encoding(); });
}

Result<> Stream::begin() {
  if (recording_ > Progress::kMostInFlight) wait_for(recording_ - Progress::kMostInFlight);
  MTLCommandBufferDescriptor* options = [MTLCommandBufferDescriptor new];
  options.errorOptions = MTLCommandBufferErrorOptionEncoderExecutionStatus;
  commands_ = [queue_ commandBufferWithDescriptor:options];
  if (commands_ == nil) return refused("command buffer");
  in_flight_->progress.begin(recording_);
  dispatches_ = 0;
  threads_ = 0;
  names_.clear();
  ring_begin_of_batch_ = ring_head_;
  return Ok{};
}

// Finds `size` bytes that do not run over the end of the ring.
bool Stream::take_ring(size_t size, uint64_t& at) const {
  const uint64_t finished = in_flight_->progress.finished();
  const uint64_t tail = finished == 0 ? 0 : ring_ends_[finished % kSlots];
  at = (ring_head_ + kRingAlignment - 1) / kRingAlignment * kRingAlignment;
  if (at % kRingBytes + size > kRingBytes) at = (at / kRingBytes + 1) * kRingBytes;
  return at + size - tail <= kRingBytes;
}

Result<Stream::Room> Stream::reserve(size_t size) {
  TS_CHECK(size <= kMostInRing, "too much for the ring at once");
  uint64_t at = ring_head_;
  while (size > 0 && !take_ring(size, at)) {
    const uint64_t oldest = in_flight_->progress.finished() + 1;
    if (oldest == recording_) TS_TRY(submit());  // the ring is full of this batch
    wait_for(oldest);
  }
  if (commands_ == nil) TS_TRY(begin());
  ring_head_ = at + size;
  const size_t offset = at % kRingBytes;
  return Room{static_cast<std::byte*>(ring_.contents) + offset, offset};
}

// Metal orders encoders by the buffers that they use, so a new one begins a new epoch.
Result<> Stream::compute() {
  if (compute_ != nil) return Ok{};
  end_encoding();
  compute_ = [commands_ computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
  if (compute_ == nil) return refused("compute encoder");
  compute_.label = @"compute";
  hazards_.begin_epoch();
  return Ok{};
}

Result<> Stream::blit() {
  if (blit_ != nil) return Ok{};
  end_encoding();
  blit_ = [commands_ blitCommandEncoder];
  if (blit_ == nil) return refused("blit encoder");
  blit_.label = @"upload";
  hazards_.begin_epoch();
  return Ok{};
}

void Stream::end_encoding() {
  [compute_ endEncoding];
  [blit_ endEncoding];
  compute_ = nil;
  blit_ = nil;
  pipeline_ = nil;
  bound_.fill({});
}

void Stream::name(const std::shared_ptr<const std::string>& kernel) {
  if (names_.size() >= kMostNames || ranges::find(names_, kernel) != names_.end()) return;
  names_.push_back(kernel);
}

void Stream::order(std::span<const Use> uses) {
  if (!hazards_.order(uses, recording_)) return;
  [compute_ memoryBarrierWithScope:MTLBarrierScopeBuffers];
  ++counters_.barriers;
}

void Stream::use(id<MTLComputePipelineState> pipeline) {
  if (pipeline == pipeline_) return;
  [compute_ setComputePipelineState:pipeline];
  pipeline_ = pipeline;
}

void Stream::bind(uint32_t index, id<MTLBuffer> buffer, uint64_t id) {
  Bound& bound = bound_[index];
  if (bound.id == id) return;
  [compute_ setBuffer:buffer offset:0 atIndex:index];
  bound = {id, 0};
}

void Stream::bind_ring(uint32_t index, size_t offset) {
  Bound& bound = bound_[index];
  if (bound.id != kRingBuffer) {
    [compute_ setBuffer:ring_ offset:offset atIndex:index];
  } else if (bound.offset != offset) {
    [compute_ setBufferOffset:offset atIndex:index];
  }
  bound = {kRingBuffer, offset};
}

// Whole groups alone: the simulator knows no others.
void Stream::dispatch(uint32_t groups, uint32_t group_size) {
  [compute_ dispatchThreadgroups:MTLSizeMake(groups, 1, 1)
           threadsPerThreadgroup:MTLSizeMake(group_size, 1, 1)];
  ++dispatches_;
  threads_ += uint64_t{groups} * group_size;
  ++counters_.dispatches;
}

Result<> Stream::copy(size_t ring_offset, id<MTLBuffer> into, size_t offset, size_t size,
                      Usage& usage) {
  TS_TRY(blit());
  const Use use{&usage, false, true};
  hazards_.order({&use, 1}, recording_);  // commands of a blit encoder run one after the other
  [blit_ copyFromBuffer:ring_
           sourceOffset:ring_offset
               toBuffer:into
      destinationOffset:offset
                   size:size];
  ++dispatches_;
  return Ok{};
}

Result<> Stream::clear(id<MTLBuffer> buffer, Usage& usage) {
  TS_TRY(blit());
  const Use use{&usage, false, true};
  hazards_.order({&use, 1}, recording_);
  [blit_ fillBuffer:buffer range:NSMakeRange(0, buffer.length) value:0];
  ++dispatches_;
  return Ok{};
}

Result<> Stream::finish() {
  const bool is_large = dispatches_ >= kMostDispatches || threads_ >= kMostThreads ||
                        ring_head_ - ring_begin_of_batch_ >= kMostRingOfBatch;
  return is_large ? submit() : Ok{};
}

Result<> Stream::submit() {
  if (commands_ == nil) return Ok{};
  end_encoding();
  const uint64_t batch = recording_;
  // Copies for the block, which runs when this call is long over.
  const std::shared_ptr<InFlight> in_flight = in_flight_;
  const std::vector<std::shared_ptr<const std::string>> names = names_;
  {
    const std::lock_guard lock(in_flight->mutex);
    in_flight->commands[batch % kSlots] = commands_;
  }
  [commands_ addCompletedHandler:^(id<MTLCommandBuffer> finished) {
    with_pool([&] {
      std::optional<Failure> failure = failure_of(finished, names);
      const double seconds = finished.GPUEndTime - finished.GPUStartTime;
      {
        const std::lock_guard lock(in_flight->mutex);
        in_flight->commands[batch % kSlots] = nil;  // and so what it keeps alive can go
      }
      in_flight->progress.report(batch, std::move(failure), seconds);
    });
  }];
  [commands_ commit];
  commands_ = nil;
  ring_ends_[batch % kSlots] = ring_head_;
  ++recording_;
  ++counters_.submissions;
  return Ok{};
}

void Stream::when_submitted_is_finished(Done done) {
  in_flight_->progress.when_finished(recording_ - 1, std::move(done));
}

Result<> Stream::wait(uint64_t batch) {
  if (batch >= recording_) TS_TRY(submit());
  wait_for(std::min(batch, recording_ - 1));
  return told(batch);
}

Result<> Stream::wait_all() {
  TS_TRY(submit());
  wait_for(recording_ - 1);
  return told(0);
}

Result<> Stream::told(uint64_t batch) {
  if (auto failure = in_flight_->progress.failure(batch)) return *std::move(failure);
  return Ok{};
}

void Stream::wait_for(uint64_t batch) {
  if (is_finished(batch)) return;
  ++counters_.waits;
  id<MTLCommandBuffer> commands = nil;
  {
    const std::lock_guard lock(in_flight_->mutex);
    commands = in_flight_->commands[batch % kSlots];
  }
  [commands waitUntilCompleted];  // nil where its handler is running already
  in_flight_->progress.wait(batch);
}

}  // namespace tinsmith::runtime::metal
