// SPDX-License-Identifier: Apache-2.0
// Prints the type encodings of what the stand-in headers declare, for compare.py.
#import <Metal/Metal.h>

#include "stand_in.h"

int main() {
  // Naming a protocol, or a class, brings it into the program.
  Protocol* __unsafe_unretained protocols[] = {
    @protocol(MTLDevice),
    @protocol(MTLCommandQueue),
    @protocol(MTLCommandBuffer),
    @protocol(MTLCommandBufferEncoderInfo),
    @protocol(MTLCommandEncoder),
    @protocol(MTLComputeCommandEncoder),
    @protocol(MTLBlitCommandEncoder),
    @protocol(MTLComputePipelineState),
    @protocol(MTLLibrary),
    @protocol(MTLFunction),
    @protocol(MTLBuffer),
    @protocol(MTLResource),
    @protocol(NSFastEnumeration),
    @protocol(NSCopying),
  };
  Class classes[] = {[NSArray class],
                     [NSData class],
                     [NSDictionary class],
                     [NSError class],
                     [NSJSONSerialization class],
                     [NSNull class],
                     [NSNumber class],
                     [NSObject class],
                     [NSString class],
                     [NSProcessInfo class],
                     [NSURL class],
                     [MTLCommandBufferDescriptor class]};
  ts_print_protocols();
  ts_print_classes();
  return protocols[0] == nil || classes[0] == nil;
}
