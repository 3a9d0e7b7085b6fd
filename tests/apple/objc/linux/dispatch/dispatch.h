// SPDX-License-Identifier: Apache-2.0
// Stand-in for Apple's libdispatch: byte containers and semaphores, as Objective-C objects, which
// they are on Apple's systems too.
#pragma once
#import <Foundation/NSObject.h>

@protocol OS_dispatch_object <NSObject>
@end
@protocol OS_dispatch_data <OS_dispatch_object>
@end
@protocol OS_dispatch_queue <OS_dispatch_object>
@end
@protocol OS_dispatch_semaphore <OS_dispatch_object>
@end

typedef NSObject<OS_dispatch_data>* dispatch_data_t;
typedef NSObject<OS_dispatch_queue>* dispatch_queue_t;
typedef NSObject<OS_dispatch_semaphore>* dispatch_semaphore_t;
typedef void (^dispatch_block_t)(void);
typedef uint64_t dispatch_time_t;

#define DISPATCH_TIME_NOW (0ull)
#define DISPATCH_TIME_FOREVER (~0ull)
// The bytes are copied; the only destructor that there is here.
#define DISPATCH_DATA_DESTRUCTOR_DEFAULT ((dispatch_block_t)0)

extern "C" {
dispatch_data_t dispatch_data_create(const void* buffer, size_t size, dispatch_queue_t queue,
                                     dispatch_block_t destructor)
    __attribute__((ns_returns_retained));
size_t dispatch_data_get_size(dispatch_data_t data);

// A semaphore that dies while its value is below the first one stops the program, as Apple's does.
dispatch_semaphore_t dispatch_semaphore_create(intptr_t value) __attribute__((ns_returns_retained));
// 0, or another number when it was not signalled within the time: NOW and FOREVER alone.
intptr_t dispatch_semaphore_wait(dispatch_semaphore_t semaphore, dispatch_time_t timeout);
intptr_t dispatch_semaphore_signal(dispatch_semaphore_t semaphore);
}
