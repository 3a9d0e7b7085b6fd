// SPDX-License-Identifier: Apache-2.0
// MTLCommandBuffer and MTLCommandQueue: from commit to the handlers.
#include <atomic>
#include <chrono>
#include <cstring>
#include <set>

#include "objects.h"

using fake_metal::Binding;
using fake_metal::Command;
using fake_metal::Counters;
using fake_metal::Machine;
using fake_metal::misuse;
using fake_metal::require;
using fake_metal::Snapshot;

NSErrorDomain const MTLCommandBufferErrorDomain = @"MTLCommandBufferErrorDomain";
NSErrorUserInfoKey const MTLCommandBufferEncoderInfoErrorKey =
    @"MTLCommandBufferEncoderInfoErrorKey";

@implementation MTLCommandBufferDescriptor
- (instancetype)init {
  _retainedReferences = YES;
  return self;
}
@end

@interface FakeEncoderInfo : NSObject <MTLCommandBufferEncoderInfo>
@property(nonatomic, strong) NSString* label;
@property(nonatomic, strong) NSArray<NSString*>* debugSignposts;
@property(nonatomic) MTLCommandEncoderErrorState errorState;
@end
@implementation FakeEncoderInfo
@end

namespace {

double now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

uint64_t checksum(std::span<const std::byte> bytes) {
  uint64_t sum = 0xCBF29CE484222325;  // FNV-1a
  for (const std::byte each : bytes) sum = (sum ^ static_cast<uint64_t>(each)) * 0x100000001B3;
  return sum;
}
uint64_t checksum(const Command& command, const Snapshot& snapshot) {
  const Binding& binding = command.buffers[snapshot.index];
  return checksum(binding.buffer->memory->of_gpu().subspan(binding.offset, snapshot.bytes));
}

// How a command buffer uses a buffer. What is only read by snapshots is not closed to the program:
// it may write elsewhere in the buffer, as rings of arguments are used.
struct BufferUse {
  bool writes = false, reads = false;
};
using BufferUses = std::map<const void*, std::pair<FakeBuffer*, BufferUse>>;

void note(const Command& command, BufferUses& all) {
  std::set<const void*> by_snapshot;
  for (const Snapshot& each : command.snapshots)
    by_snapshot.insert((__bridge const void*)command.buffers[each.index].buffer);
  for (const fake_metal::Use& use : command.uses) {
    auto* buffer = (__bridge FakeBuffer*)const_cast<void*>(use.resource);
    auto& [kept, how] = all[use.resource];
    kept = buffer;
    if (use.writes) how.writes = true;
    if (!use.writes && !by_snapshot.contains(use.resource)) how.reads = true;
  }
}

void check_snapshots(const Command& command) {
  for (const Snapshot& each : command.snapshots) {
    if (!each.checksum || *each.checksum == checksum(command, each)) continue;
    misuse(command.kernel
               ? "the constant argument at buffer " + std::to_string(each.index) + " of '" +
                     command.kernel->name() + "' was changed between commit and execution"
               : "the source of a copy was changed between commit and execution");
  }
}

void run(const Command& command, const fake_metal::Configuration& configuration) {
  check_snapshots(command);
  std::array<void*, fake_metal::kMostBuffers> addresses = {};
  for (size_t i = 0; i < addresses.size(); ++i) {
    if (const Binding& binding = command.buffers[i]; binding.buffer != nil)
      addresses[i] = binding.buffer->memory->of_gpu().data() + binding.offset;
  }
  if (command.kernel) {
    command.kernel->run(addresses, command.shape, command.threadgroup_bytes, configuration);
  } else if (command.fill) {
    std::memset(addresses[0], *command.fill, command.bytes);
  } else {
    std::memcpy(addresses[0], addresses[1], command.bytes);
  }
}

}  // namespace

@implementation FakeCommandBuffer {
  FakeQueue* _queue;
  MTLCommandBufferErrorOption _error_options;
  FakeEncoder* __unsafe_unretained _open;  // told when it ends
  std::vector<Command> _commands;
  std::vector<NSString*> _encoder_labels;
  std::vector<MTLCommandBufferHandler> _scheduled, _completed;
  BufferUses _uses;
  std::optional<fake_metal::Fault> _fault;
  // Of the GPU's thread and of those that ask; who waits does so behind the mutex.
  std::mutex _mutex;
  std::condition_variable _changed;
  std::atomic<MTLCommandBufferStatus> _status;
  std::atomic<double> _start, _end;
  bool _finished;  // waiters may go
  bool _counted;   // among the queue's unfinished
}
@synthesize label = _label;

- (instancetype)initWithQueue:(FakeQueue*)queue errorOptions:(MTLCommandBufferErrorOption)options {
  _queue = queue;
  _error_options = options;
  _counted = true;
  return self;
}
- (void)dealloc {
  if (_counted) [_queue finishOne];
}
- (id<MTLCommandQueue>)commandQueue {
  return _queue;
}
- (id<MTLDevice>)device {
  return _queue.device;
}
- (BOOL)retainedReferences {
  return YES;
}

// --- Recording ---------------------------------------------------------------------------------
- (void)requireRecording:(const char*)otherwise {
  require(self.status < MTLCommandBufferStatusCommitted, otherwise);
}
- (id)begin:(FakeEncoder*)encoder {
  [self requireRecording:"an encoder asked of a committed command buffer"];
  require(_open == nil, "a second encoder while one is open");
  encoder->owner = self;
  encoder.device = self.device;
  _open = encoder;
  return encoder;
}
- (id<MTLBlitCommandEncoder>)blitCommandEncoder {
  return [self begin:[FakeBlitEncoder new]];
}
- (id<MTLComputeCommandEncoder>)computeCommandEncoder {
  return [self computeCommandEncoderWithDispatchType:MTLDispatchTypeSerial];
}
- (id<MTLComputeCommandEncoder>)computeCommandEncoderWithDispatchType:(MTLDispatchType)type {
  return [self begin:[[FakeComputeEncoder alloc] initWithType:type]];
}
- (void)end:(FakeEncoder*)encoder {
  for (const size_t number : encoder->order->finish())
    _commands.push_back(std::move(encoder->commands[number]));
  encoder->commands.clear();
  _encoder_labels.push_back(encoder.label ? encoder.label : @"");
  _open = nil;
}
- (void)addScheduledHandler:(MTLCommandBufferHandler)block {
  [self requireRecording:"a handler added after commit"];
  _scheduled.push_back(block);
}
- (void)addCompletedHandler:(MTLCommandBufferHandler)block {
  [self requireRecording:"a handler added after commit"];
  _completed.push_back(block);
}
- (void)enqueue {
  [self requireRecording:"enqueue after commit"];
  misuse("enqueue: this fake runs command buffers in the order of their commits");
}

// --- Running -----------------------------------------------------------------------------------
- (void)commit {
  [self requireRecording:"a command buffer committed twice"];
  require(_open == nil, "a command buffer committed with an open encoder");
  for (const Command& command : _commands) note(command, _uses);
  for (auto& [key, use] : _uses) {
    if (use.second.writes || use.second.reads) use.first->memory->begin_use(use.second.writes);
  }
  for (Command& command : _commands) {
    for (Snapshot& each : command.snapshots) {
      if (!command.buffers[each.index].buffer->memory->being_written())
        each.checksum = checksum(command, each);
    }
  }
  _fault = Machine::instance().take_fault();
  [self become:MTLCommandBufferStatusCommitted];
  Machine::instance().post([self] { [self run]; });
}
- (void)become:(MTLCommandBufferStatus)status {
  const std::lock_guard lock(_mutex);
  _status = status;
  _changed.notify_all();
}
- (void)run {
  [self become:MTLCommandBufferStatusScheduled];
  for (MTLCommandBufferHandler handler : _scheduled) handler(self);
  _scheduled.clear();
  const double start = now();
  const fake_metal::Configuration& configuration = Machine::instance().configuration();
  if (!_fault) {
    for (const Command& command : _commands) ::run(command, configuration);
  }
  for (auto& [key, use] : _uses) {
    if (use.second.writes || use.second.reads) use.first->memory->end_use(use.second.writes);
  }
  _uses.clear();
  _commands.clear();
  _start = start;
  _end = now();
  [self become:_fault ? MTLCommandBufferStatusError : MTLCommandBufferStatusCompleted];
  _counted = false;
  [_queue finishOne];
  Machine::instance().post_handlers([self] { [self runHandlers]; });
}
// Metal does not say whether waitUntilCompleted returns before the handlers have run or after; a
// program must not depend on either, so the fake does it both ways by turns.
- (void)runHandlers {
  static bool waiters_first = false;  // on the handlers' thread alone
  waiters_first = !waiters_first;
  if (waiters_first) [self finish];
  for (MTLCommandBufferHandler handler : _completed) handler(self);
  _completed.clear();
  [self finish];
}
- (void)finish {
  const std::lock_guard lock(_mutex);
  _finished = true;
  _changed.notify_all();
}

// --- Afterwards --------------------------------------------------------------------------------
- (void)waitUntilScheduled {
  std::unique_lock lock(_mutex);
  require(_status >= MTLCommandBufferStatusCommitted,
          "a wait for a command buffer that was never committed");
  _changed.wait(lock, [self] { return _status >= MTLCommandBufferStatusScheduled; });
}
- (void)waitUntilCompleted {
  Machine::instance().count(&Counters::waits);
  std::unique_lock lock(_mutex);
  require(_status >= MTLCommandBufferStatusCommitted,
          "a wait for a command buffer that was never committed");
  _changed.wait(lock, [self] { return _finished; });
}
- (MTLCommandBufferStatus)status {
  return _status;
}
- (CFTimeInterval)GPUStartTime {
  return _start;
}
- (CFTimeInterval)GPUEndTime {
  return _end;
}
- (NSError*)error {
  if (self.status != MTLCommandBufferStatusError) return nil;
  NSString* text = fake_metal::string_of(_fault->text);
  NSDictionary* info = @{NSLocalizedDescriptionKey : text};
  if (_error_options & MTLCommandBufferErrorOptionEncoderExecutionStatus) {
    std::vector<id> encoders;
    for (NSString* label : _encoder_labels) {
      FakeEncoderInfo* each = [FakeEncoderInfo new];
      each.label = label;
      each.debugSignposts = [NSArray arrayWithObjects:nil count:0];
      each.errorState = encoders.empty() ? MTLCommandEncoderErrorStateFaulted
                                         : MTLCommandEncoderErrorStateAffected;
      encoders.push_back(each);
    }
    NSArray* list = [NSArray arrayWithObjects:encoders.data() count:encoders.size()];
    info = @{NSLocalizedDescriptionKey : text, MTLCommandBufferEncoderInfoErrorKey : list};
  }
  return [NSError errorWithDomain:MTLCommandBufferErrorDomain code:_fault->code userInfo:info];
}
@end

@implementation FakeQueue
@synthesize device = _device, label = _label;
+ (FakeQueue*)newQueueOf:(id<MTLDevice>)device most:(size_t)most {
  FakeQueue* queue = [FakeQueue new];
  queue->_device = device;
  queue->most = most;
  return queue;
}
- (id<MTLCommandBuffer>)makeWithErrorOptions:(MTLCommandBufferErrorOption)options {
  require(unfinished.fetch_add(1, std::memory_order_relaxed) < most,
          "more command buffers alive than the queue has room for: Metal would block here");
  return [[FakeCommandBuffer alloc] initWithQueue:self errorOptions:options];
}
- (id<MTLCommandBuffer>)commandBuffer {
  return [self makeWithErrorOptions:MTLCommandBufferErrorOptionNone];
}
- (id<MTLCommandBuffer>)commandBufferWithDescriptor:(MTLCommandBufferDescriptor*)descriptor {
  require(descriptor.retainedReferences,
          "this fake knows command buffers that retain what they use, and no others");
  return [self makeWithErrorOptions:descriptor.errorOptions];
}
- (void)finishOne {
  unfinished.fetch_sub(1, std::memory_order_relaxed);
}
@end
