// SPDX-License-Identifier: Apache-2.0
// The fake's Metal objects. Each protocol's class is in the .mm file of its name.
#pragma once
#import <Metal/Metal.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cpu/cpu.h"
#include "guarded_memory.h"
#include "machine.h"
#include "metallib/metallib.h"
#include "order.h"

NS_ASSUME_NONNULL_BEGIN

namespace fake_metal {

constexpr size_t kMostBuffers = 31;

NSError* make_error(NSErrorDomain domain, NSInteger code, const std::string& text);
NSString* string_of(const std::string& text);
// Fails where this system would refuse the library: another platform, made for a newer system, a
// language version that it does not know. The text is the error's.
std::optional<std::string> refusal(const tinsmith::metallib::Library& library,
                                   const Configuration& configuration);
// How offsets into a buffer must be aligned for a parameter.
size_t offset_alignment(const tinsmith::cpu::Parameter& parameter,
                        const Configuration& configuration);

// A kernel and the code that it becomes for each grid.
class Kernel {
 public:
  Kernel(std::shared_ptr<const tinsmith::metallib::Library> library,
         const tinsmith::metallib::Function& function,
         std::vector<tinsmith::cpu::Parameter> parameters)
      : library_(std::move(library)), function_(function), parameters_(std::move(parameters)) {}
  const std::string& name() const { return function_.name; }
  const std::vector<tinsmith::cpu::Parameter>& parameters() const { return parameters_; }
  // On the GPU's thread. What cannot run is misuse.
  void run(std::span<void* const> buffers, const tinsmith::cpu::Source::Shape& shape,
           std::span<const uint32_t> threadgroup_bytes, const Configuration& configuration);

 private:
  std::shared_ptr<const tinsmith::metallib::Library> library_;  // owns the function
  const tinsmith::metallib::Function& function_;
  std::vector<tinsmith::cpu::Parameter> parameters_;
  // Finds what ti.random would make of a GPU whose threads start together (cpu/seed.h).
  void find_seed();

  std::map<std::array<uint32_t, 6>, std::shared_ptr<const tinsmith::cpu::Code>> code_;
  std::vector<std::byte> without_seed_stores_;
  std::optional<uint32_t> seed_index_;
};

}  // namespace fake_metal

@interface FakeBuffer : NSObject <MTLBuffer> {
 @public
  std::optional<fake_metal::GuardedMemory> memory;
}
// nil where the configuration refuses it.
+ (nullable FakeBuffer*)newBufferOf:(NSUInteger)length
                             device:(id<MTLDevice>)device
                            options:(MTLResourceOptions)options;
// The bytes of setBytes: not a buffer of the program's.
+ (FakeBuffer*)newTransientWith:(std::span<const std::byte>)bytes device:(id<MTLDevice>)device;
@end

@interface FakeFunction : NSObject <MTLFunction> {
 @public
  std::shared_ptr<const tinsmith::metallib::Library> library;
  const tinsmith::metallib::Function* function;
}
@property(nonatomic, strong) id<MTLDevice> device;
@end

@interface FakeLibrary : NSObject <MTLLibrary>
+ (nullable FakeLibrary*)newLibraryOf:(std::span<const std::byte>)file
                                 name:(const std::string&)name
                               device:(id<MTLDevice>)device
                                error:(NSError* _Nullable __autoreleasing* _Nullable)error;
@end

@interface FakePipeline : NSObject <MTLComputePipelineState> {
 @public
  std::shared_ptr<fake_metal::Kernel> kernel;
}
+ (nullable FakePipeline*)newPipelineOf:(FakeFunction*)function
                                 device:(id<MTLDevice>)device
                                  error:(NSError* _Nullable __autoreleasing* _Nullable)error;
@end

namespace fake_metal {

// What a dispatch reads and nobody may change before: found again by its checksum.
struct Snapshot {
  size_t index = 0;  // of the buffer
  size_t bytes = 0;
  std::optional<uint64_t> checksum = {};  // none where a command buffer writes it meanwhile
};

struct Binding {
  FakeBuffer* _Nullable buffer = nil;
  size_t offset = 0;
};

// A dispatch or a blit.
struct Command {
  std::shared_ptr<Kernel> kernel;  // null: a blit
  std::array<Binding, kMostBuffers> buffers = {};
  tinsmith::cpu::Source::Shape shape = {};
  std::vector<uint32_t> threadgroup_bytes = {};
  std::vector<Snapshot> snapshots = {};
  std::vector<Use> uses = {};  // resources are FakeBuffers
  // Blits: from buffer 1 to buffer 0, or a fill.
  size_t bytes = 0;
  std::optional<uint8_t> fill = {};
};

}  // namespace fake_metal

@class FakeCommandBuffer;

@interface FakeEncoder : NSObject <MTLCommandEncoder> {
 @public
  FakeCommandBuffer* _Nullable owner;  // nil: ended
  std::vector<fake_metal::Command> commands;
  std::unique_ptr<fake_metal::Order> order;
  size_t debug_groups;
  std::vector<std::string> signposts;
}
@property(nonatomic, strong) id<MTLDevice> device;
- (void)requireOpen;
- (void)add:(fake_metal::Command)command;
@end

@interface FakeComputeEncoder : FakeEncoder <MTLComputeCommandEncoder>
- (instancetype)initWithType:(MTLDispatchType)type;
@end

@interface FakeBlitEncoder : FakeEncoder <MTLBlitCommandEncoder>
@end

@interface FakeQueue : NSObject <MTLCommandQueue> {
 @public
  std::atomic<size_t> unfinished;  // command buffers made and not finished
  size_t most;
}
+ (FakeQueue*)newQueueOf:(id<MTLDevice>)device most:(size_t)most;
- (void)finishOne;
@end

@interface FakeCommandBuffer : NSObject <MTLCommandBuffer>
- (instancetype)initWithQueue:(FakeQueue*)queue errorOptions:(MTLCommandBufferErrorOption)options;
// Takes what the encoder has.
- (void)end:(FakeEncoder*)encoder;
@end

NS_ASSUME_NONNULL_END
