// SPDX-License-Identifier: Apache-2.0
// MTLDevice.
#include <cstring>

#include "dispatch_data.h"
#include "objects.h"
#include "support/files.h"

using fake_metal::Configuration;
using fake_metal::Machine;
using fake_metal::require;

@interface FakeDevice : NSObject <MTLDevice>
@end
@implementation FakeDevice
- (NSString*)name {
  return fake_metal::string_of(Machine::instance().configuration().name);
}
- (MTLSize)maxThreadsPerThreadgroup {
  const NSUInteger most = Machine::instance().configuration().threads_per_group;
  return MTLSizeMake(most, most, most);
}
- (BOOL)hasUnifiedMemory {
  return YES;
}
- (NSUInteger)maxBufferLength {
  return NSUInteger{256} << 20;  // what every GPU has
}
- (NSUInteger)maxThreadgroupMemoryLength {
  return Machine::instance().configuration().apple_family < 4 ? 16352 : 32768;
}
- (NSUInteger)currentAllocatedSize {
  return fake_metal::counters().bytes_live;
}
- (BOOL)supportsFamily:(MTLGPUFamily)family {
  const Configuration& configuration = Machine::instance().configuration();
  const bool is_mac = configuration.platform == fake_metal::Platform::Macos;
  if (family >= MTLGPUFamilyApple1 && family < MTLGPUFamilyApple1 + 100)
    return family <= MTLGPUFamilyApple1 + configuration.apple_family - 1;
  switch (family) {
    case MTLGPUFamilyMac2: return is_mac;
    case MTLGPUFamilyCommon1: return YES;
    case MTLGPUFamilyCommon2: return is_mac || configuration.apple_family >= 3;
    case MTLGPUFamilyCommon3: return is_mac || configuration.apple_family >= 7;
    case MTLGPUFamilyMetal3:
      return is_mac || (configuration.apple_family >= 7 && configuration.os_major >= 16);
    default: return NO;
  }
}
- (id<MTLCommandQueue>)newCommandQueue {
  return [self newCommandQueueWithMaxCommandBufferCount:64];
}
- (id<MTLCommandQueue>)newCommandQueueWithMaxCommandBufferCount:(NSUInteger)most {
  require(most > 0, "a queue for no command buffers");
  return [FakeQueue newQueueOf:self most:most];
}
- (id<MTLBuffer>)newBufferWithLength:(NSUInteger)length options:(MTLResourceOptions)options {
  return [FakeBuffer newBufferOf:length device:self options:options];
}
- (id<MTLBuffer>)newBufferWithBytes:(const void*)bytes
                             length:(NSUInteger)length
                            options:(MTLResourceOptions)options {
  FakeBuffer* buffer = [FakeBuffer newBufferOf:length device:self options:options];
  if (buffer) std::memcpy(buffer->memory->of_gpu().data(), bytes, length);
  return buffer;
}
- (id<MTLLibrary>)newLibraryWithURL:(NSURL*)url error:(NSError* __autoreleasing*)error {
  const std::string path = url.path.UTF8String;
  auto file = tinsmith::read_file(path);
  if (!file) {
    if (error)
      *error = fake_metal::make_error(MTLLibraryErrorDomain, MTLLibraryErrorFileNotFound,
                                      "library not found: " + path);
    return nil;
  }
  return [FakeLibrary newLibraryOf:*file name:path device:self error:error];
}
- (id<MTLLibrary>)newLibraryWithData:(dispatch_data_t)data error:(NSError* __autoreleasing*)error {
  return [FakeLibrary newLibraryOf:dispatch_data_bytes(data) name:"<data>" device:self error:error];
}
- (id<MTLComputePipelineState>)newComputePipelineStateWithFunction:(id<MTLFunction>)function
                                                             error:
                                                                 (NSError* __autoreleasing*)error {
  require(function != nil, "a pipeline of a function that is nil");
  return [FakePipeline newPipelineOf:static_cast<FakeFunction*>(function) device:self error:error];
}
@end

id<MTLDevice> MTLCreateSystemDefaultDevice() { return [FakeDevice new]; }
