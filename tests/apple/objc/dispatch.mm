// SPDX-License-Identifier: Apache-2.0
// libdispatch's byte containers and semaphores.
#import <dispatch/dispatch.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

#include "dispatch_data.h"

namespace {

void check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "BUG IN CLIENT OF LIBDISPATCH: %s\n", what);
  std::abort();
}

}  // namespace

@interface DispatchData : NSObject <OS_dispatch_data> {
 @public
  std::vector<std::byte> content;
}
@end
@implementation DispatchData
@end

dispatch_data_t dispatch_data_create(const void* buffer, size_t size, dispatch_queue_t,
                                     dispatch_block_t destructor) {
  check(destructor == DISPATCH_DATA_DESTRUCTOR_DEFAULT, "this stand-in copies the bytes");
  DispatchData* data = [DispatchData new];
  const auto* from = static_cast<const std::byte*>(buffer);
  data->content.assign(from, from + size);
  return data;
}
size_t dispatch_data_get_size(dispatch_data_t data) { return dispatch_data_bytes(data).size(); }
std::span<const std::byte> dispatch_data_bytes(dispatch_data_t data) {
  return static_cast<DispatchData*>(data)->content;
}

@interface DispatchSemaphore : NSObject <OS_dispatch_semaphore> {
 @public
  std::mutex mutex;
  std::condition_variable signalled;
  intptr_t first, value;
}
@end
@implementation DispatchSemaphore
- (void)dealloc {
  check(value >= first, "semaphore object deallocated while in use");
}
@end

dispatch_semaphore_t dispatch_semaphore_create(intptr_t value) {
  check(value >= 0, "a semaphore starts at 0 or above");
  DispatchSemaphore* semaphore = [DispatchSemaphore new];
  semaphore->first = semaphore->value = value;
  return semaphore;
}
intptr_t dispatch_semaphore_wait(dispatch_semaphore_t any, dispatch_time_t timeout) {
  check(timeout == DISPATCH_TIME_NOW || timeout == DISPATCH_TIME_FOREVER,
        "this stand-in waits for ever or not at all");
  auto* semaphore = static_cast<DispatchSemaphore*>(any);
  std::unique_lock lock(semaphore->mutex);
  if (timeout == DISPATCH_TIME_NOW && semaphore->value == 0) return 1;
  semaphore->signalled.wait(lock, [&] { return semaphore->value > 0; });
  semaphore->value--;
  return 0;
}
intptr_t dispatch_semaphore_signal(dispatch_semaphore_t any) {
  auto* semaphore = static_cast<DispatchSemaphore*>(any);
  const std::lock_guard lock(semaphore->mutex);
  semaphore->value++;
  semaphore->signalled.notify_one();
  return 0;
}
