// SPDX-License-Identifier: Apache-2.0
// That the stand-in behaves as Objective-C does, and stops where Apple's would crash later.
#import <Foundation/Foundation.h>
#import <dispatch/dispatch.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "stand_in.h"

@interface Counter : NSObject {
 @public
  int* destroyed;
  NSObject* member;
}
- (double)add:(double)a to:(float)b and:(int)c with:(NSRange)range;
- (NSOperatingSystemVersion)triple:(NSInteger)first;
+ (Counter*)temporary:(int*)destroyed;
@end
@implementation Counter
- (double)add:(double)a to:(float)b and:(int)c with:(NSRange)range {
  return a + b + c + static_cast<double>(range.location * range.length);
}
- (NSOperatingSystemVersion)triple:(NSInteger)first {
  return {first, first + 1, first + 2};
}
+ (Counter*)temporary:(int*)destroyed {
  Counter* counter = [Counter new];
  counter->destroyed = destroyed;
  return counter;
}
- (void)dealloc {
  if (destroyed) ++*destroyed;
}
@end

@interface Derived : Counter
@end
@implementation Derived
- (double)add:(double)a to:(float)b and:(int)c with:(NSRange)range {
  return 1000 + [super add:a to:b and:c with:range];
}
@end

namespace {

class ObjC : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(objc_live_objects(), before_) << objc_describe_live_objects();
  }
  long before_ = objc_live_objects();
};

TEST_F(ObjC, PassesArgumentsAndResultsOfAllKinds) {
  @autoreleasepool {
    Counter* counter = [Counter new];
    EXPECT_EQ([counter add:0.5 to:0.25f and:3 with:NSMakeRange(2, 5)], 13.75);
    EXPECT_EQ([counter triple:7].patchVersion, 9);
    EXPECT_EQ([[Derived new] add:0.5 to:0.25f and:3 with:NSMakeRange(2, 5)], 1013.75);
    counter = nil;
    EXPECT_EQ([counter add:1 to:1 and:1 with:NSMakeRange(1, 1)], 0);
    EXPECT_EQ([counter triple:7].patchVersion, 0);
  }
}

TEST_F(ObjC, DestroysWithTheLastReferenceAndMembersToo) {
  int outer = 0, inner = 0;
  @autoreleasepool {
    Counter* counter = [Counter temporary:&outer];
    counter->member = [Counter temporary:&inner];
    NSArray* array = @[ counter, counter ];
    counter = nil;
    EXPECT_EQ(array.count, 2u);
    EXPECT_EQ(outer, 0);
    array = nil;
  }
  EXPECT_EQ(outer, 1);
  EXPECT_EQ(inner, 1);
}

TEST_F(ObjC, BlocksKeepWhatTheyCapture) {
  int destroyed = 0;
  __block int calls = 0;
  @autoreleasepool {
    dispatch_block_t outer;
    {
      Counter* counter = [Counter temporary:&destroyed];
      dispatch_block_t inner = ^{
        calls += counter ? 1 : 100;
      };
      outer = ^{
        inner();
        inner();
      };
    }
    EXPECT_EQ(destroyed, 0);
    std::thread([&] { outer(); }).join();
    EXPECT_EQ(calls, 2);
    outer = nil;
  }
  EXPECT_EQ(destroyed, 1);
}

TEST_F(ObjC, BlockVariablesAreSharedWithTheirFrame) {
  @autoreleasepool {
    __block NSObject* kept = nil;
    dispatch_block_t store = ^{
      kept = [Counter new];
    };
    store();
    EXPECT_NE(kept, nil);
  }
}

TEST_F(ObjC, StringsAndErrorsSayWhatTheyHold) {
  @autoreleasepool {
    NSString* text = [NSString stringWithFormat:@"%@-%03d-%lu-%.2f%%", @"a", 7, 8ul, 0.5];
    EXPECT_STREQ(text.UTF8String, "a-007-8-0.50%");
    EXPECT_TRUE([text isEqual:@"a-007-8-0.50%"]);
    EXPECT_EQ(text.length, 13u);
    NSError* error = [NSError errorWithDomain:@"Some"
                                         code:4
                                     userInfo:@{NSLocalizedDescriptionKey : @"it broke"}];
    EXPECT_STREQ(error.localizedDescription.UTF8String, "it broke");
    NSURL* url = [[NSURL fileURLWithPath:@"/a"] URLByAppendingPathComponent:@"b"];
    EXPECT_STREQ(url.path.UTF8String, "/a/b");
    int seen = 0;
    for (NSNumber* number in @[ @1, @2.5, @YES ]) seen += static_cast<int>(number.doubleValue * 2);
    EXPECT_EQ(seen, 9);
  }
}

TEST_F(ObjC, ExceptionsPassThroughMessages) {
  @autoreleasepool {
    Counter* counter = [Counter new];
    dispatch_block_t thrower = ^{
      throw std::runtime_error("thrown");
    };
    EXPECT_THROW(thrower(), std::runtime_error);
    EXPECT_NE(counter, nil);
  }
}

TEST_F(ObjC, SemaphoresWaitForASignal) {
  @autoreleasepool {
    dispatch_semaphore_t semaphore = dispatch_semaphore_create(0);
    EXPECT_NE(dispatch_semaphore_wait(semaphore, DISPATCH_TIME_NOW), 0);
    std::thread signaller([&] { dispatch_semaphore_signal(semaphore); });
    EXPECT_EQ(dispatch_semaphore_wait(semaphore, DISPATCH_TIME_FOREVER), 0);
    signaller.join();
  }
}

using ObjCDeathTest = ObjC;

TEST_F(ObjCDeathTest, StopsWhereApplesWouldCrashLater) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        @autoreleasepool {
          [static_cast<id>([Counter new]) UTF8String];
        }
      },
      "unrecognized selector: -\\[Counter UTF8String\\]");
  EXPECT_DEATH([NSString stringWithFormat:@"x"], "autoreleased with no pool");
  EXPECT_DEATH(
      {
        @autoreleasepool {
          dispatch_semaphore_t semaphore = dispatch_semaphore_create(1);
          dispatch_semaphore_wait(semaphore, DISPATCH_TIME_FOREVER);
          semaphore = nil;
        }
      },
      "deallocated while in use");
}

}  // namespace
