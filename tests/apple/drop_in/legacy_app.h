// SPDX-License-Identifier: Apache-2.0
// An app as they were written before there was Tinsmith: it ran `spirv-cross` and `xcrun metal`
// over every task of a Taichi package, and knows what comes of that by heart. Nothing of Tinsmith
// is included here.
#pragma once
#import <Foundation/Foundation.h>
#import <Metal/Metal.h>

#include <map>
#include <string>
#include <vector>

NS_ASSUME_NONNULL_BEGIN

@interface LegacyApp : NSObject

// The package's metadata.json, and a folder with `<task>.metallib` for each of its tasks. nil with
// the error of what failed.
- (nullable instancetype)initWithMetadata:(NSURL*)metadata
                                libraries:(NSURL*)libraries
                                    error:(NSError* _Nullable __autoreleasing*)error;
- (id<MTLBuffer>)newBufferWithBytes:(const void*)bytes length:(NSUInteger)length;

// Runs all tasks of a kernel, in their order, and waits. The argument block is laid out by the app;
// arrays are given by the argument's number.
- (void)run:(NSString*)kernel;
- (void)run:(NSString*)kernel argument:(float)value;
- (void)run:(NSString*)kernel
    arguments:(const std::vector<std::byte>&)block
       arrays:(const std::map<int, id<MTLBuffer>>&)arrays;

// A field of 4-byte numbers, where it lies in the root buffer.
- (void*)field:(NSString*)name;
- (NSUInteger)lengthOfField:(NSString*)name;  // in numbers

// Buffer index of the arguments and of the root for each task, as they were bound; -1: none.
@property(nonatomic, readonly) const std::map<std::string, std::pair<int, int>>& bound;

@end

NS_ASSUME_NONNULL_END
