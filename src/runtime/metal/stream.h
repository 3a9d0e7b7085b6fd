// SPDX-License-Identifier: Apache-2.0
// The stream of work to the GPU; for the Objective-C++ files of this folder alone. Commands are
// recorded into batches; a batch is one command buffer, with one compute encoder as a rule. Batches
// are numbered from 1 in order, and "batch n is finished" is the only notion of completion.
// Argument blocks and small uploads lie in a ring of memory that host and GPU share.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "runtime/hazards.h"
#include "runtime/metal/limits.h"
#include "runtime/metal/objc.h"
#include "runtime/progress.h"

namespace tinsmith::runtime::metal {

class Stream {
 public:
  explicit Stream(id<MTLDevice> device) : device_(device) {}
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Result<> start();

  // Opens the batch for the commands of one launch or copy, and finds room in the ring for them.
  // Good until the next call of submit or reserve.
  struct Room {
    std::byte* bytes = nullptr;
    size_t offset = 0;  // in the ring
  };
  Result<Room> reserve(size_t size);

  // The commands, between reserve() and finish(). A dispatch: compute(), the pipeline, the order,
  // the buffers, dispatch(). `kernel` is for messages and outlives the call only as a shared owner.
  Result<> compute();
  void name(const std::shared_ptr<const std::string>& kernel);
  void order(std::span<const Use> uses);
  void use(id<MTLComputePipelineState> pipeline);
  void bind(uint32_t index, id<MTLBuffer> buffer, uint64_t id);  // ids are never used again
  void bind_ring(uint32_t index, size_t offset);
  void dispatch(uint32_t groups, uint32_t group_size);
  // From the ring, and zeroes; offsets and sizes are multiples of 4.
  Result<> copy(size_t ring_offset, id<MTLBuffer> into, size_t offset, size_t size, Usage& usage);
  Result<> clear(id<MTLBuffer> buffer, Usage& usage);
  // After a launch or copy: submits when the batch has become large.
  Result<> finish();

  Result<> submit();
  void when_submitted_is_finished(Done done);
  // For who reads what the batch wrote; submits it before, where it is being recorded. Fails with
  // what the GPU has said that concerns it, or that nobody has heard of (Progress::failure).
  Result<> wait(uint64_t batch);
  Result<> wait_all();
  bool is_finished(uint64_t batch) const { return in_flight_->progress.is_finished(batch); }
  const Device::Counters& counters() const { return counters_; }

 private:
  static constexpr uint64_t kRingBuffer = UINT64_MAX;  // the ring's id among those that are bound
  static constexpr uint64_t kSlots = Progress::kMostInFlight + 1;
  static constexpr size_t kMostNames = 8;

  // What the completion handlers, which run on threads of Metal's, share with us. It outlives the
  // stream where the GPU is still working when the stream goes.
  struct InFlight {
    std::mutex mutex;
    std::array<id<MTLCommandBuffer>, kSlots> commands;  // by batch; nil once finished
    Progress progress;
  };
  struct Bound {
    uint64_t id = 0;
    size_t offset = 0;
  };

  Result<> begin();
  Result<> blit();
  void end_encoding();
  void wait_for(uint64_t batch);
  Result<> told(uint64_t batch);
  bool take_ring(size_t size, uint64_t& at) const;

  id<MTLDevice> device_;
  id<MTLCommandQueue> queue_;
  id<MTLBuffer> ring_;
  uint64_t ring_head_ = 0;  // ever growing; the place is the rest modulo kRingBytes
  uint64_t ring_begin_of_batch_ = 0;
  std::array<uint64_t, kSlots> ring_ends_{};  // by batch

  uint64_t recording_ = 1;                 // the batch that commands go to now
  id<MTLCommandBuffer> commands_;          // of it; nil before its first command
  id<MTLComputeCommandEncoder> compute_;   // open, or nil
  id<MTLBlitCommandEncoder> blit_;         // likewise; never both
  id<MTLComputePipelineState> pipeline_;   // of compute_
  std::array<Bound, kMostBuffers> bound_;  // likewise
  Hazards hazards_;
  uint32_t dispatches_ = 0;                                // in the batch; copies count too
  uint64_t threads_ = 0;                                   // likewise
  std::vector<std::shared_ptr<const std::string>> names_;  // of the batch's first kernels
  Device::Counters counters_;
  std::shared_ptr<InFlight> in_flight_ = std::make_shared<InFlight>();
};

}  // namespace tinsmith::runtime::metal
