// SPDX-License-Identifier: Apache-2.0
// MTLBuffer.
#include <cstring>

#include "objects.h"

@implementation FakeBuffer {
  MTLStorageMode _mode;
  bool _counted;  // by the machine, until it dies
}
@synthesize device = _device, label = _label, storageMode = _storageMode;

+ (FakeBuffer*)newBufferOf:(NSUInteger)length
                    device:(id<MTLDevice>)device
                   options:(MTLResourceOptions)options {
  fake_metal::require(length > 0, "a buffer of 0 bytes");
  const NSUInteger known = MTLResourceStorageModePrivate | MTLResourceCPUCacheModeWriteCombined;
  fake_metal::require((options & ~known) == 0,
                      "buffers here are shared or private, and tracked: untracked ones would need "
                      "fences between encoders, which this fake does not know");
  auto& machine = fake_metal::Machine::instance();
  if (length > device.maxBufferLength || !machine.take_memory(length)) return nil;
  FakeBuffer* buffer = [FakeBuffer new];
  buffer->_counted = true;
  buffer->_device = device;
  buffer->_storageMode =
      options & MTLResourceStorageModePrivate ? MTLStorageModePrivate : MTLStorageModeShared;
  buffer->memory.emplace(length, machine.configuration().garbage);
  return buffer;
}
+ (FakeBuffer*)newTransientWith:(std::span<const std::byte>)bytes device:(id<MTLDevice>)device {
  FakeBuffer* buffer = [FakeBuffer new];
  buffer->_device = device;
  buffer->memory.emplace(bytes.size(), false);
  std::memcpy(buffer->memory->of_gpu().data(), bytes.data(), bytes.size());
  return buffer;
}
- (void)dealloc {
  if (_counted) fake_metal::Machine::instance().give_memory(self.length);
}
- (NSUInteger)length {
  return memory->of_gpu().size();
}
- (void*)contents {
  fake_metal::require(_storageMode == MTLStorageModeShared, "a private buffer has no contents");
  return memory->of_program().data();
}
@end
