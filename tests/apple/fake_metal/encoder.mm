// SPDX-License-Identifier: Apache-2.0
// MTLComputeCommandEncoder and MTLBlitCommandEncoder: what Metal's validation would say is said
// here, at the call. Nothing runs yet.
#include "objects.h"

namespace cpu = tinsmith::cpu;
using fake_metal::Binding;
using fake_metal::Command;
using fake_metal::Configuration;
using fake_metal::Counters;
using fake_metal::Machine;
using fake_metal::misuse;
using fake_metal::require;

namespace {

size_t volume(MTLSize size) { return size.width * size.height * size.depth; }
std::array<uint32_t, 3> extent(MTLSize size) {
  return {static_cast<uint32_t>(size.width), static_cast<uint32_t>(size.height),
          static_cast<uint32_t>(size.depth)};
}

std::string place(const fake_metal::Kernel& kernel, const cpu::Parameter& parameter) {
  return "buffer " + std::to_string(parameter.index) + " (" + parameter.name + ") of '" +
         kernel.name() + "'";
}

// Checks what is bound to a parameter, and notes how the dispatch uses it.
void bind(const cpu::Parameter& parameter, const Configuration& configuration, Command& command) {
  const std::string here = place(*command.kernel, parameter);
  if (parameter.index >= fake_metal::kMostBuffers) misuse(here + " is beyond Metal's 30");
  const Binding& binding = command.buffers[parameter.index];
  if (binding.buffer == nil) {
    if (!parameter.optional) misuse(here + " is not bound");
    return;
  }
  const size_t alignment = fake_metal::offset_alignment(parameter, configuration);
  if (binding.offset % alignment != 0)
    misuse(here + " is bound at offset " + std::to_string(binding.offset) +
           ", which is not a multiple of " + std::to_string(alignment));
  const size_t left = binding.buffer.length - binding.offset;
  if (left < parameter.type_size)
    misuse(here + " has space for " + std::to_string(left) + " bytes, but the argument has " +
           std::to_string(parameter.type_size));
  command.uses.push_back({(__bridge const void*)binding.buffer, parameter.written, here});
  if (parameter.constant) command.snapshots.push_back({parameter.index, parameter.type_size});
}

}  // namespace

@implementation FakeEncoder
@synthesize label = _label;
- (void)requireOpen {
  require(owner != nil, "an encoder used after endEncoding");
}
- (void)add:(Command)command {
  if (auto race = order->add(command.uses)) misuse("a data race: " + *race);
  commands.push_back(std::move(command));
}
- (void)endEncoding {
  [self requireOpen];
  require(debug_groups == 0, "endEncoding within a debug group");
  [owner end:self];
  owner = nil;
}
- (void)dealloc {
  require(owner == nil, "an encoder died without endEncoding");
}
- (void)insertDebugSignpost:(NSString*)string {
  [self requireOpen];
  signposts.push_back(string.UTF8String);
}
- (void)pushDebugGroup:(NSString*)string {
  [self requireOpen];
  debug_groups++;
}
- (void)popDebugGroup {
  [self requireOpen];
  require(debug_groups > 0, "popDebugGroup without a group");
  debug_groups--;
}
@end

@implementation FakeComputeEncoder {
  FakePipeline* _pipeline;
  std::array<Binding, fake_metal::kMostBuffers> _buffers;
  std::vector<uint32_t> _threadgroup_bytes;
}
@synthesize dispatchType = _dispatchType;

- (instancetype)initWithType:(MTLDispatchType)type {
  _dispatchType = type;
  order = std::make_unique<fake_metal::Order>(Machine::instance().configuration().order_seed);
  Machine::instance().count(&Counters::compute_encoders);
  return self;
}
- (void)setComputePipelineState:(id<MTLComputePipelineState>)state {
  [self requireOpen];
  require(state != nil, "a pipeline of nil");
  _pipeline = static_cast<FakePipeline*>(state);
  Machine::instance().count(&Counters::set_pipelines);
}
- (void)setBuffer:(id<MTLBuffer>)buffer offset:(NSUInteger)offset atIndex:(NSUInteger)index {
  [self requireOpen];
  require(index < fake_metal::kMostBuffers, "a buffer index above 30");
  require(buffer != nil || offset == 0, "an offset into no buffer");
  require(buffer == nil || offset < buffer.length, "an offset past the end of the buffer");
  _buffers[index] = {static_cast<FakeBuffer*>(buffer), offset};
  Machine::instance().count(&Counters::set_buffers);
}
- (void)setBufferOffset:(NSUInteger)offset atIndex:(NSUInteger)index {
  [self requireOpen];
  require(index < fake_metal::kMostBuffers, "a buffer index above 30");
  require(_buffers[index].buffer != nil, "setBufferOffset where no buffer is bound");
  require(offset < _buffers[index].buffer.length, "an offset past the end of the buffer");
  _buffers[index].offset = offset;
  Machine::instance().count(&Counters::set_offsets);
}
- (void)setBytes:(const void*)bytes length:(NSUInteger)length atIndex:(NSUInteger)index {
  [self requireOpen];
  require(index < fake_metal::kMostBuffers, "a buffer index above 30");
  require(length > 0 && length <= 4096, "setBytes takes 1 to 4096 bytes");
  const std::span copied(static_cast<const std::byte*>(bytes), length);
  _buffers[index] = {[FakeBuffer newTransientWith:copied device:self.device], 0};
  Machine::instance().count(&Counters::set_bytes);
}
- (void)setThreadgroupMemoryLength:(NSUInteger)length atIndex:(NSUInteger)index {
  [self requireOpen];
  require(index < fake_metal::kMostBuffers, "a threadgroup memory index above 30");
  require(length % 16 == 0, "threadgroup memory comes in multiples of 16 bytes");
  if (_threadgroup_bytes.size() <= index) _threadgroup_bytes.resize(index + 1);
  _threadgroup_bytes[index] = static_cast<uint32_t>(length);
  size_t sum = 0;
  for (uint32_t each : _threadgroup_bytes) sum += each;
  require(sum <= self.device.maxThreadgroupMemoryLength, "too much threadgroup memory");
}
- (void)dispatchThreadgroups:(MTLSize)groups threadsPerThreadgroup:(MTLSize)threads {
  [self dispatch:MTLSizeMake(groups.width * threads.width, groups.height * threads.height,
                             groups.depth * threads.depth)
              in:threads];
}
- (void)dispatchThreads:(MTLSize)grid threadsPerThreadgroup:(MTLSize)threads {
  const bool whole = volume(threads) > 0 && grid.width % threads.width == 0 &&
                     grid.height % threads.height == 0 && grid.depth % threads.depth == 0;
  const Configuration& configuration = Machine::instance().configuration();
  require(whole || configuration.apple_family >= 4 ||
              configuration.platform == fake_metal::Platform::Macos,
          "dispatchThreads with threadgroups that are not whole needs a GPU of family Apple4, "
          "which the simulator is not");
  [self dispatch:grid in:threads];
}
- (void)dispatch:(MTLSize)grid in:(MTLSize)threads {
  [self requireOpen];
  require(_pipeline != nil, "a dispatch without a pipeline");
  require(volume(threads) > 0, "a dispatch with threadgroups of no threads");
  require(volume(grid) > 0, "a dispatch of no threadgroups");
  require(volume(threads) <= _pipeline.maxTotalThreadsPerThreadgroup,
          "more threads in a threadgroup than maxTotalThreadsPerThreadgroup");
  const MTLSize most = self.device.maxThreadsPerThreadgroup;
  require(
      threads.width <= most.width && threads.height <= most.height && threads.depth <= most.depth,
      "more threads in a threadgroup than maxThreadsPerThreadgroup");
  const Configuration& configuration = Machine::instance().configuration();
  Command command{.kernel = _pipeline->kernel, .buffers = _buffers};
  command.shape = {extent(grid), extent(threads)};
  command.threadgroup_bytes = _threadgroup_bytes;
  for (const cpu::Parameter& parameter : command.kernel->parameters()) {
    if (parameter.kind == cpu::Parameter::Kind::Buffer) {
      bind(parameter, configuration, command);
    } else if (parameter.kind == cpu::Parameter::Kind::ThreadgroupMemory) {
      require(
          parameter.index < _threadgroup_bytes.size() && _threadgroup_bytes[parameter.index] > 0,
          "threadgroup memory that the kernel uses has no length");
    }
  }
  [self add:std::move(command)];
  if (_dispatchType == MTLDispatchTypeSerial) order->barrier();
  Machine::instance().count(&Counters::dispatches);
}
- (void)memoryBarrierWithScope:(MTLBarrierScope)scope {
  [self requireOpen];
  require(scope & MTLBarrierScopeBuffers, "a barrier that leaves buffers out");
  order->barrier();
  Machine::instance().count(&Counters::barriers);
}
- (void)memoryBarrierWithResources:(const id<MTLResource>[])resources count:(NSUInteger)count {
  [self requireOpen];
  require(count > 0, "a barrier for no resources");
  std::vector<const void*> all;
  for (NSUInteger i = 0; i < count; ++i) all.push_back((__bridge const void*)resources[i]);
  order->barrier(all);
  Machine::instance().count(&Counters::barriers);
}
@end

@implementation FakeBlitEncoder
- (instancetype)init {
  order = std::make_unique<fake_metal::Order>(0);
  Machine::instance().count(&Counters::blit_encoders);
  return self;
}
// Blits of one encoder run in order.
- (void)append:(Command)command {
  [self add:std::move(command)];
  order->barrier();
  Machine::instance().count(&Counters::blits);
}
- (void)fillBuffer:(id<MTLBuffer>)buffer range:(NSRange)range value:(uint8_t)value {
  [self requireOpen];
  require(range.length > 0 && range.location + range.length <= buffer.length,
          "a fill past the end of the buffer");
  require(range.location % 4 == 0 && range.length % 4 == 0,
          "a fill that is not aligned to 4 bytes, as macOS wants it");
  Command command;
  command.buffers[0] = {static_cast<FakeBuffer*>(buffer), range.location};
  command.bytes = range.length;
  command.fill = value;
  command.uses = {{(__bridge const void*)buffer, true, "the filled buffer"}};
  [self append:std::move(command)];
}
- (void)copyFromBuffer:(id<MTLBuffer>)source
          sourceOffset:(NSUInteger)from
              toBuffer:(id<MTLBuffer>)target
     destinationOffset:(NSUInteger)to
                  size:(NSUInteger)size {
  [self requireOpen];
  require(size > 0 && from + size <= source.length && to + size <= target.length,
          "a copy past the end of a buffer");
  require(from % 4 == 0 && to % 4 == 0 && size % 4 == 0,
          "a copy that is not aligned to 4 bytes, as macOS wants it");
  require(source != target || from + size <= to || to + size <= from,
          "a copy within a buffer whose ranges overlap");
  Command command;
  command.buffers[0] = {static_cast<FakeBuffer*>(target), to};
  command.buffers[1] = {static_cast<FakeBuffer*>(source), from};
  command.bytes = size;
  command.snapshots.push_back({1, size});
  command.uses = {{(__bridge const void*)target, true, "the target of a copy"},
                  {(__bridge const void*)source, false, "the source of a copy"}};
  [self append:std::move(command)];
}
@end
