// SPDX-License-Identifier: Apache-2.0
#import "legacy_app.h"

#include <algorithm>
#include <cstring>

// Taichi's numbers for kinds of buffers, in metadata.json.
enum { kRoot = 0, kArguments = 2, kArray = 5 };

@implementation LegacyApp {
  id<MTLDevice> _device;
  id<MTLCommandQueue> _queue;
  id<MTLBuffer> _root;
  NSDictionary* _metadata;
  std::map<std::string, id<MTLComputePipelineState>> _pipelines;
  std::map<std::string, std::pair<int, int>> _bound;
}

- (nullable instancetype)initWithMetadata:(NSURL*)metadata
                                libraries:(NSURL*)libraries
                                    error:(NSError* __autoreleasing*)error {
  _device = MTLCreateSystemDefaultDevice();
  _queue = [_device newCommandQueue];
  NSData* json = [NSData dataWithContentsOfURL:metadata];
  _metadata = [NSJSONSerialization JSONObjectWithData:json options:0 error:error];
  if (!_metadata) return nil;
  for (NSDictionary* kernel in _metadata[@"kernels"]) {
    for (NSDictionary* task in kernel[@"tasks_attribs"]) {
      NSString* file = [NSString stringWithFormat:@"%@.metallib", task[@"name"]];
      NSURL* url = [libraries URLByAppendingPathComponent:file];
      id<MTLLibrary> library = [_device newLibraryWithURL:url error:error];
      if (!library) return nil;
      id<MTLFunction> function = [library newFunctionWithName:@"main0"];
      if (!function) return nil;
      id<MTLComputePipelineState> pipeline = [_device newComputePipelineStateWithFunction:function
                                                                                    error:error];
      if (!pipeline) return nil;
      _pipelines [[task [@"name"] UTF8String]] = pipeline;
    }
  }
  const NSUInteger size = [_metadata[@"root_buffer_size"] unsignedIntegerValue];
  _root = [_device newBufferWithLength:size options:MTLResourceStorageModeShared];
  std::memset(_root.contents, 0, size);
  return self;
}

- (id<MTLBuffer>)newBufferWithBytes:(const void*)bytes length:(NSUInteger)length {
  return [_device newBufferWithBytes:bytes length:length options:MTLResourceStorageModeShared];
}

- (NSDictionary*)find:(NSString*)name in:(NSString*)list called:(NSString*)key {
  for (NSDictionary* each in _metadata[list])
    if ([each[key] isEqualToString:name]) return each;
  return nil;
}

- (void*)field:(NSString*)name {
  NSDictionary* field = [self find:name in:@"fields" called:@"field_name"];
  return static_cast<char*>(_root.contents) + [field[@"mem_offset_in_parent"] unsignedIntegerValue];
}

- (NSUInteger)lengthOfField:(NSString*)name {
  NSUInteger length = 1;
  for (NSNumber* axis in [self find:name in:@"fields" called:@"field_name"][@"shape"])
    length *= axis.unsignedIntegerValue;
  return length;
}

- (void)run:(NSString*)kernel {
  [self run:kernel arguments:{} arrays:{}];
}

- (void)run:(NSString*)kernel argument:(float)value {
  std::vector<std::byte> block(16);
  std::memcpy(block.data(), &value, sizeof(value));
  [self run:kernel arguments:block arrays:{}];
}

- (void)run:(NSString*)name
    arguments:(const std::vector<std::byte>&)block
       arrays:(const std::map<int, id<MTLBuffer>>&)arrays {
  NSDictionary* kernel = [self find:name in:@"kernels" called:@"name"];
  id<MTLCommandBuffer> commands = [_queue commandBuffer];
  id<MTLComputeCommandEncoder> encoder = [commands computeCommandEncoder];
  for (NSDictionary* task in kernel[@"tasks_attribs"])
    [self encode:task arguments:block arrays:arrays into:encoder];
  [encoder endEncoding];
  [commands commit];
  [commands waitUntilCompleted];
}

// spirv-cross counts the buffers of a task from 0, in the order of their bindings: so the arguments
// are at 0 and the root is at 1, or at 0 in a task without arguments.
- (void)encode:(NSDictionary*)task
     arguments:(const std::vector<std::byte>&)block
        arrays:(const std::map<int, id<MTLBuffer>>&)arrays
          into:(id<MTLComputeCommandEncoder>)encoder {
  const std::string name = [task[@"name"] UTF8String];
  [encoder setComputePipelineState:_pipelines.at(name)];
  std::vector<std::pair<NSInteger, NSDictionary*>> binds;
  for (NSDictionary* bind in task[@"buffer_binds"])
    binds.emplace_back([bind[@"binding"] integerValue], bind[@"buffer"]);
  std::sort(binds.begin(), binds.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  auto& [at_arguments, at_root] = _bound[name] = {-1, -1};
  for (size_t i = 0; i < binds.size(); ++i) {
    NSDictionary* buffer = binds[i].second;
    switch ([buffer[@"type"] integerValue]) {
      case kArguments:
        [encoder setBytes:block.data() length:block.size() atIndex:i];
        at_arguments = static_cast<int>(i);
        break;
      case kRoot:
        [encoder setBuffer:_root offset:0 atIndex:i];
        at_root = static_cast<int>(i);
        break;
      case kArray: {
        NSNumber* argument = buffer[@"root_id"][0];
        [encoder setBuffer:arrays.at(static_cast<int>(argument.integerValue)) offset:0 atIndex:i];
        break;
      }
    }
  }
  const NSUInteger threads = [task[@"advisory_total_num_threads"] unsignedIntegerValue];
  const NSUInteger group = [task[@"advisory_num_threads_per_group"] unsignedIntegerValue];
  [encoder dispatchThreads:MTLSizeMake(threads, 1, 1)
      threadsPerThreadgroup:MTLSizeMake(group, 1, 1)];
}

- (const std::map<std::string, std::pair<int, int>>&)bound {
  return _bound;
}

@end
