// SPDX-License-Identifier: Apache-2.0
// The fake Metal used rightly, and in every wrong way that it knows.
#include "fake_metal_test.h"

#import <Metal/Metal.h>
#include <TargetConditionals.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <span>

#include "kernels.h"

namespace metallib = tinsmith::metallib;

namespace {

using fake_metal::Configuration;
using fake_metal::Platform;

struct Arguments {
  float factor = 0, offset = 0;
  int unused[2] = {};
};

// A device, a queue, and the kernels of kernels.ll.
struct Gpu {
  NSError* error = nil;
  id<MTLDevice> device = MTLCreateSystemDefaultDevice();
  id<MTLCommandQueue> queue = [device newCommandQueue];
  id<MTLLibrary> library = load(fake_metal::library_of_kernels([](metallib::Library& l) {
    if (std::string(ts_stand_in_platform()) == "iOS simulator")
      l.platform = metallib::Platform::IosSimulator;
  }));

  id<MTLLibrary> load(std::span<const std::byte> file) {
    dispatch_data_t data = dispatch_data_create(file.data(), file.size(), nil, nil);
    NSError* why = nil;
    id<MTLLibrary> loaded = [device newLibraryWithData:data error:&why];
    error = why;
    return loaded;
  }
  std::string error_text() const { return error.localizedDescription.UTF8String; }
  id<MTLComputePipelineState> pipeline(NSString* name) {
    NSError* why = nil;
    id<MTLFunction> function = [library newFunctionWithName:name];
    id<MTLComputePipelineState> made = [device newComputePipelineStateWithFunction:function
                                                                             error:&why];
    error = why;
    return made;
  }
  id<MTLBuffer> buffer(size_t numbers) {
    return [device newBufferWithLength:numbers * 4 options:MTLResourceStorageModeShared];
  }
  id<MTLBuffer> counting(size_t numbers) {
    id<MTLBuffer> made = buffer(numbers);
    for (size_t i = 0; i < numbers; ++i) floats(made)[i] = static_cast<float>(i);
    return made;
  }
  static float* floats(id<MTLBuffer> buffer) { return static_cast<float*>(buffer.contents); }
};

// An encoder with `scale` ready to run on `data`.
struct Recording {
  Gpu gpu;
  id<MTLCommandBuffer> commands = [gpu.queue commandBuffer];
  id<MTLComputeCommandEncoder> encoder =
      [commands computeCommandEncoderWithDispatchType:MTLDispatchTypeConcurrent];
  id<MTLBuffer> data = gpu.counting(64), other = gpu.counting(64);
  Arguments arguments = {2, 1};

  Recording() {
    [encoder setComputePipelineState:gpu.pipeline(@"scale")];
    [encoder setBuffer:data offset:0 atIndex:0];
    [encoder setBytes:&arguments length:sizeof(arguments) atIndex:1];
  }
  void dispatch() {
    [encoder dispatchThreadgroups:MTLSizeMake(2, 1, 1) threadsPerThreadgroup:MTLSizeMake(32, 1, 1)];
  }
  void finish() {
    [encoder endEncoding];
    [commands commit];
    [commands waitUntilCompleted];
  }
};

class FakeMetal : public fake_metal::Test {};

TEST_F(FakeMetal, RunsKernelsOfALibrary) {
  @autoreleasepool {
    Recording r;
    r.dispatch();
    [r.encoder memoryBarrierWithScope:MTLBarrierScopeBuffers];
    r.dispatch();
    r.finish();
    EXPECT_EQ(r.commands.status, MTLCommandBufferStatusCompleted);
    EXPECT_EQ(r.commands.error, nil);
    EXPECT_GE(r.commands.GPUEndTime, r.commands.GPUStartTime);
    for (size_t i = 0; i < 64; ++i)
      EXPECT_EQ(Gpu::floats(r.data)[i], 4 * static_cast<float>(i) + 3);
    const fake_metal::Counters counters = fake_metal::counters();
    EXPECT_EQ(counters.dispatches, 2u);
    EXPECT_EQ(counters.barriers, 1u);
    EXPECT_EQ(counters.compute_encoders, 1u);
    EXPECT_EQ(counters.command_buffers, 1u);
    EXPECT_EQ(counters.waits, 1u);
    EXPECT_EQ(counters.buffers_made, 2u) << "setBytes makes none";
    EXPECT_EQ(counters.bytes_live, 512u);
  }
  EXPECT_EQ(fake_metal::counters().buffers_live, 0u);
}

TEST_F(FakeMetal, LoadsFromAFile) {
  @autoreleasepool {
    const std::string path = testing::TempDir() + "kernels.metallib";
    const auto bytes = fake_metal::library_of_kernels();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    id<MTLDevice> device = MTLCreateSystemDefaultDevice();
    NSError* error = nil;
    NSURL* url = [NSURL fileURLWithPath:[NSString stringWithUTF8String:path.c_str()]];
    id<MTLLibrary> library = [device newLibraryWithURL:url error:&error];
    ASSERT_NE(library, nil);
    EXPECT_EQ(library.functionNames.count, 4u);
    EXPECT_EQ([library newFunctionWithName:@"absent"], nil);
    std::remove(path.c_str());
    EXPECT_EQ([device newLibraryWithURL:url error:&error], nil);
    EXPECT_EQ(error.code, static_cast<NSInteger>(MTLLibraryErrorFileNotFound));
  }
}

TEST_F(FakeMetal, RefusesLibrariesThatThisSystemCannotTake) {
  @autoreleasepool {
    Gpu gpu;
    EXPECT_EQ(gpu.load(fake_metal::library_of_kernels(
                  [](metallib::Library& l) { l.platform = metallib::Platform::IosSimulator; })),
              nil);
    EXPECT_EQ(gpu.error_text(),
              "Target OS is incorrect: library is for iOS simulator, current OS is iOS");
    EXPECT_EQ(
        gpu.load(fake_metal::library_of_kernels([](metallib::Library& l) { l.os_major = 17; })),
        nil);
    EXPECT_EQ(gpu.error_text(),
              "Target OS is incorrect: library needs iOS 17.0, current OS is 16.0");
    EXPECT_EQ(gpu.load(fake_metal::library_of_kernels(
                  [](metallib::Library& l) { l.functions[1].msl_minor = 1; })),
              nil);
    EXPECT_EQ(gpu.error_text(),
              "This library is using language version 3.1 which is not supported on this OS.");
    std::vector<std::byte> cut = fake_metal::library_of_kernels();
    cut.resize(cut.size() / 2);
    EXPECT_EQ(gpu.load(cut), nil);
    EXPECT_EQ(gpu.error_text().substr(0, 21), "Invalid library file ");
  }
}

TEST_F(FakeMetal, OlderGpusHaveNoAtomicAdditionOfFloats) {
  for (const int family : {6, 7}) {
    Configuration configuration;
    configuration.apple_family = family;
    fake_metal::configure(configuration);
    @autoreleasepool {
      Gpu gpu;
      EXPECT_EQ(gpu.pipeline(@"accumulate") != nil, family == 7);
      if (family == 6)
        EXPECT_NE(gpu.error_text().find("needs a GPU of family Apple7"), std::string::npos);
    }
  }
}

TEST_F(FakeMetal, ReportsFaultsOfCommandBuffers) {
  @autoreleasepool {
    Recording r;
    __block NSInteger seen = 0;
    r.dispatch();
    fake_metal::fail_next_command_buffer(MTLCommandBufferErrorTimeout, "Caused GPU Timeout");
    [r.commands addCompletedHandler:^(id<MTLCommandBuffer> finished) {
      seen = finished.error.code;
    }];
    r.finish();
    fake_metal::wait_until_idle();
    EXPECT_EQ(seen, static_cast<NSInteger>(MTLCommandBufferErrorTimeout));
    EXPECT_EQ(r.commands.status, MTLCommandBufferStatusError);
    EXPECT_TRUE([r.commands.error.domain isEqualToString:MTLCommandBufferErrorDomain]);
    EXPECT_STREQ(r.commands.error.localizedDescription.UTF8String, "Caused GPU Timeout");
    EXPECT_EQ(Gpu::floats(r.data)[3], 3) << "it ran nothing";
  }
}

TEST_F(FakeMetal, TellsWhichEncoderFaulted) {
  @autoreleasepool {
    Gpu gpu;
    MTLCommandBufferDescriptor* descriptor = [MTLCommandBufferDescriptor new];
    descriptor.errorOptions = MTLCommandBufferErrorOptionEncoderExecutionStatus;
    id<MTLCommandBuffer> commands = [gpu.queue commandBufferWithDescriptor:descriptor];
    id<MTLComputeCommandEncoder> encoder = [commands computeCommandEncoder];
    encoder.label = @"mine";
    [encoder endEncoding];
    fake_metal::set_background(true);
    [commands commit];
    [commands waitUntilCompleted];
    fake_metal::set_background(false);
    EXPECT_EQ(commands.error.code, static_cast<NSInteger>(MTLCommandBufferErrorNotPermitted));
    NSArray* infos = commands.error.userInfo[MTLCommandBufferEncoderInfoErrorKey];
    ASSERT_EQ(infos.count, 1u);
    id<MTLCommandBufferEncoderInfo> info = infos[0];
    EXPECT_STREQ(info.label.UTF8String, "mine");
    EXPECT_EQ(info.errorState, MTLCommandEncoderErrorStateFaulted);
  }
}

TEST_F(FakeMetal, RunsNothingWhileHeld) {
  @autoreleasepool {
    Recording r;
    std::atomic<int> finished{0};
    std::atomic<int>* counter = &finished;
    r.dispatch();
    [r.encoder endEncoding];
    [r.commands addCompletedHandler:^(id<MTLCommandBuffer>) {
      ++*counter;
    }];
    {
      fake_metal::Hold hold;
      [r.commands commit];
      EXPECT_EQ(fake_metal::counters().in_flight, 1u);
      EXPECT_EQ(finished, 0);
      hold.step();
      EXPECT_EQ(finished, 1);
    }
    EXPECT_EQ(fake_metal::counters().in_flight, 0u);
    EXPECT_EQ(Gpu::floats(r.data)[3], 7);
  }
}

TEST_F(FakeMetal, GivesNoMoreMemoryThanThereIs) {
  Configuration small;
  small.memory = 1000;
  fake_metal::configure(small);
  @autoreleasepool {
    Gpu gpu;
    id<MTLBuffer> first = gpu.buffer(200);
    EXPECT_NE(first, nil);
    EXPECT_EQ(gpu.buffer(51), nil);
    EXPECT_NE(gpu.buffer(50), nil);
    fake_metal::refuse_next_buffer();
    EXPECT_EQ(gpu.buffer(1), nil);
    first = nil;
    EXPECT_NE(gpu.buffer(250), nil);
  }
}

TEST_F(FakeMetal, RefusesPipelinesWhenTold) {
  @autoreleasepool {
    Gpu gpu;
    fake_metal::refuse_pipelines("cal", "Compiler encountered an internal error");
    EXPECT_EQ(gpu.pipeline(@"scale"), nil);
    EXPECT_EQ(gpu.error_text(), "Compiler encountered an internal error");
    EXPECT_NE(gpu.pipeline(@"increment"), nil);
  }
}

TEST_F(FakeMetal, FamiliesAreThoseOfTheDevice) {
  @autoreleasepool {
    id<MTLDevice> phone = MTLCreateSystemDefaultDevice();
    EXPECT_TRUE([phone supportsFamily:MTLGPUFamilyApple7]);
    EXPECT_FALSE([phone supportsFamily:MTLGPUFamilyApple8]);
    EXPECT_FALSE([phone supportsFamily:MTLGPUFamilyMac2]);
    EXPECT_TRUE([phone supportsFamily:MTLGPUFamilyMetal3]);
  }
  Configuration simulator;
  simulator.platform = Platform::IosSimulator;
  fake_metal::configure(simulator);
  @autoreleasepool {
    id<MTLDevice> device = MTLCreateSystemDefaultDevice();
    EXPECT_TRUE([device supportsFamily:MTLGPUFamilyApple2]);
    EXPECT_FALSE([device supportsFamily:MTLGPUFamilyApple3]);
  }
}

TEST_F(FakeMetal, BuffersInFlightOutliveTheirLastReference) {
  @autoreleasepool {
    id<MTLCommandBuffer> commands;
    fake_metal::Hold hold;
    @autoreleasepool {
      Recording r;
      r.dispatch();
      [r.encoder endEncoding];
      [r.commands commit];
      commands = r.commands;
    }
    EXPECT_EQ(fake_metal::counters().buffers_live, 1u) << "the one that is not used is gone";
    hold.step();
    EXPECT_EQ(fake_metal::counters().buffers_live, 0u);
    EXPECT_EQ(commands.status, MTLCommandBufferStatusCompleted);
  }
}

TEST_F(FakeMetal, NamesWhatLives) {
  @autoreleasepool {
    Gpu gpu;
    id<MTLBuffer> buffer = gpu.buffer(1);
    EXPECT_EQ(buffer.length, 4u);
    EXPECT_NE(fake_metal::leaks().find("1 FakeBuffer"), std::string::npos) << fake_metal::leaks();
  }
}

// --- Misuse ------------------------------------------------------------------------------------
struct Misuse {
  const char* name;
  void (*act)();
  const char* sentence;
};

const Misuse kMisuses[] = {
    {"UnboundBuffer",
     [] {
       Recording r;
       [r.encoder setBuffer:nil offset:0 atIndex:0];
       r.dispatch();
     },
     "buffer 0 \\(data\\) of 'scale' is not bound"},
    {"BufferTooSmall",
     [] {
       Recording r;
       [r.encoder setBytes:&r.arguments length:8 atIndex:1];
       r.dispatch();
     },
     "buffer 1 \\(arguments\\) of 'scale' has space for 8 bytes, but the argument has 16"},
    {"OddOffset",
     [] {
       Recording r;
       [r.encoder setBuffer:r.data offset:2 atIndex:0];
       r.dispatch();
     },
     "offset 2, which is not a multiple of 4"},
    {"ConstantOffsetInTheSimulator",
     [] {
       Configuration simulator;
       simulator.platform = Platform::IosSimulator;
       fake_metal::configure(simulator);
       Recording r;
       [r.encoder setBuffer:r.other offset:16 atIndex:1];
       r.dispatch();
     },
     "offset 16, which is not a multiple of 256"},
    {"PartialGroupsInTheSimulator",
     [] {
       Configuration simulator;
       simulator.platform = Platform::IosSimulator;
       fake_metal::configure(simulator);
       Recording r;
       [r.encoder dispatchThreads:MTLSizeMake(33, 1, 1)
            threadsPerThreadgroup:MTLSizeMake(32, 1, 1)];
     },
     "dispatchThreads with threadgroups that are not whole"},
    {"OffsetPastTheEnd",
     [] {
       Recording r;
       [r.encoder setBufferOffset:256 atIndex:0];
     },
     "offset past the end"},
    {"OffsetOfNothing",
     [] {
       Recording r;
       [r.encoder setBufferOffset:0 atIndex:7];
     },
     "setBufferOffset where no buffer is bound"},
    {"IndexBeyond30",
     [] {
       Recording r;
       [r.encoder setBuffer:r.data offset:0 atIndex:31];
     },
     "buffer index above 30"},
    {"TooManyBytes",
     [] {
       Recording r;
       char bytes[4097] = {};
       [r.encoder setBytes:bytes length:sizeof(bytes) atIndex:1];
     },
     "setBytes takes 1 to 4096 bytes"},
    {"NoPipeline",
     [] {
       Gpu gpu;
       id<MTLComputeCommandEncoder> encoder = [[gpu.queue commandBuffer] computeCommandEncoder];
       [encoder dispatchThreadgroups:MTLSizeMake(1, 1, 1)
               threadsPerThreadgroup:MTLSizeMake(1, 1, 1)];
     },
     "a dispatch without a pipeline"},
    {"NoGroups",
     [] {
       Recording r;
       [r.encoder dispatchThreadgroups:MTLSizeMake(0, 1, 1)
                 threadsPerThreadgroup:MTLSizeMake(32, 1, 1)];
     },
     "a dispatch of no threadgroups"},
    {"NoThreads",
     [] {
       Recording r;
       [r.encoder dispatchThreadgroups:MTLSizeMake(1, 1, 1)
                 threadsPerThreadgroup:MTLSizeMake(32, 0, 1)];
     },
     "threadgroups of no threads"},
    {"TooManyThreads",
     [] {
       Recording r;
       [r.encoder dispatchThreadgroups:MTLSizeMake(1, 1, 1)
                 threadsPerThreadgroup:MTLSizeMake(1025, 1, 1)];
     },
     "more threads in a threadgroup than maxTotalThreadsPerThreadgroup"},
    {"NoThreadgroupMemory",
     [] {
       Recording r;
       [r.encoder setComputePipelineState:r.gpu.pipeline(@"through_threadgroup")];
       r.dispatch();
     },
     "threadgroup memory that the kernel uses has no length"},
    {"RaceOfWrites",
     [] {
       Recording r;
       r.dispatch();
       r.dispatch();
     },
     "a data race: buffer 0 \\(data\\) of 'scale' is written and buffer 0 \\(data\\) of 'scale' is "
     "written"},
    {"RaceOfReadAndWrite",
     [] {
       Recording r;
       r.dispatch();
       [r.encoder setComputePipelineState:r.gpu.pipeline(@"increment")];
       [r.encoder setBuffer:r.other offset:0 atIndex:1];
       r.dispatch();
     },
     "a data race: buffer 0 \\(from\\) of 'increment' is read and buffer 0 \\(data\\) of 'scale' "
     "is "
     "written"},
    {"EncoderAfterItsEnd",
     [] {
       Recording r;
       [r.encoder endEncoding];
       r.dispatch();
     },
     "an encoder used after endEncoding"},
    {"SecondEncoder",
     [] {
       Recording r;
       [r.commands blitCommandEncoder];
     },
     "a second encoder while one is open"},
    {"CommitWithAnOpenEncoder",
     [] {
       Recording r;
       [r.commands commit];
     },
     "committed with an open encoder"},
    {"CommitTwice",
     [] {
       Recording r;
       [r.encoder endEncoding];
       [r.commands commit];
       [r.commands commit];
     },
     "committed twice"},
    {"EncoderAfterCommit",
     [] {
       Recording r;
       [r.encoder endEncoding];
       [r.commands commit];
       [r.commands computeCommandEncoder];
     },
     "an encoder asked of a committed command buffer"},
    {"HandlerAfterCommit",
     [] {
       Recording r;
       [r.encoder endEncoding];
       [r.commands commit];
       [r.commands addCompletedHandler:^(id<MTLCommandBuffer>){
       }];
     },
     "a handler added after commit"},
    {"WaitBeforeCommit",
     [] {
       Recording r;
       [r.encoder endEncoding];
       [r.commands waitUntilCompleted];
     },
     "a wait for a command buffer that was never committed"},
    {"EncoderWithoutEnd",
     [] {
       @autoreleasepool {
         Recording r;
       }
     },
     "an encoder died without endEncoding"},
    {"TooManyCommandBuffers",
     [] {
       Gpu gpu;
       id<MTLCommandQueue> queue = [gpu.device newCommandQueueWithMaxCommandBufferCount:1];
       id<MTLCommandBuffer> first = [queue commandBuffer];
       if (first) [queue commandBuffer];
     },
     "more command buffers alive than the queue has room for"},
    {"EmptyBuffer",
     [] {
       Gpu gpu;
       gpu.buffer(0);
     },
     "a buffer of 0 bytes"},
    {"ContentsOfAPrivateBuffer",
     [] {
       Gpu gpu;
       id<MTLBuffer> buffer = [gpu.device newBufferWithLength:4
                                                      options:MTLResourceStorageModePrivate];
       Gpu::floats(buffer)[0] = 1;
     },
     "a private buffer has no contents"},
    {"UntrackedBuffer",
     [] {
       Gpu gpu;
       [gpu.device newBufferWithLength:4 options:MTLResourceHazardTrackingModeUntracked];
     },
     "would need fences"},
    {"ReadOfWhatTheGpuWrites",
     [] {
       Recording r;
       r.dispatch();
       [r.encoder endEncoding];
       fake_metal::Hold hold;
       [r.commands commit];
       std::fprintf(stderr, "%f", static_cast<double>(Gpu::floats(r.data)[0]));
     },
     "the program touched the contents of a buffer that a committed command buffer uses"},
    {"WriteOfWhatTheGpuReads",
     [] {
       Recording r;
       [r.encoder setComputePipelineState:r.gpu.pipeline(@"increment")];
       [r.encoder setBuffer:r.other offset:0 atIndex:1];
       r.dispatch();
       [r.encoder endEncoding];
       fake_metal::Hold hold;
       [r.commands commit];
       if (Gpu::floats(r.data)[1] == 1) Gpu::floats(r.data)[0] = 1;
     },
     "the program touched the contents of a buffer that a committed command buffer uses"},
    {"ChangedArguments",
     [] {
       Recording r;
       [r.encoder setBuffer:r.other offset:0 atIndex:1];
       r.dispatch();
       [r.encoder endEncoding];
       fake_metal::Hold hold;
       [r.commands commit];
       Gpu::floats(r.other)[32] = 5;  // elsewhere in the buffer: as a ring is used
       Gpu::floats(r.other)[0] = 5;
       hold.step();
     },
     "the constant argument at buffer 1 of 'scale' was changed between commit and execution"},
    {"OverlappingCopy",
     [] {
       Gpu gpu;
       id<MTLBuffer> buffer = gpu.buffer(4);
       id<MTLBlitCommandEncoder> blit = [[gpu.queue commandBuffer] blitCommandEncoder];
       [blit copyFromBuffer:buffer sourceOffset:0 toBuffer:buffer destinationOffset:4 size:8];
     },
     "ranges overlap"},
};

class FakeMetalDeathTest : public testing::TestWithParam<Misuse> {};

TEST_P(FakeMetalDeathTest, StopsAt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        @autoreleasepool {
          fake_metal::configure({});
          GetParam().act();
        }
      },
      GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(Misuse, FakeMetalDeathTest, testing::ValuesIn(kMisuses),
                         [](const auto& info) { return info.param.name; });

}  // namespace
