// SPDX-License-Identifier: Apache-2.0
// For the Objective-C++ files of this folder alone.
#pragma once
#import <Foundation/Foundation.h>
#import <Metal/Metal.h>

#include <exception>
#include <string>
#include <utility>

#if !__has_feature(objc_arc)
#error "these files count references by ARC: -fobjc-arc"
#endif

namespace tinsmith::runtime::metal {

// Runs `body` with an autorelease pool of its own: callers are C++ threads, which have none. An
// exception that crossed a bare @autoreleasepool would leave it undrained.
template <class Body>
auto with_pool(Body body) -> decltype(body()) {
  std::exception_ptr thrown;
  @autoreleasepool {
    try {
      return body();
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  std::rethrow_exception(thrown);
}

inline std::string text(NSString* string) {
  const char* utf8 = string.UTF8String;
  return utf8 == nullptr ? "" : utf8;
}
inline NSString* text(const std::string& string) {
  return [NSString stringWithUTF8String:string.c_str()];
}

}  // namespace tinsmith::runtime::metal
