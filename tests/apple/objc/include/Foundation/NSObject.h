// SPDX-License-Identifier: Apache-2.0
// Stand-in for Apple's Foundation: the words of the language, and the root class.
#pragma once
#include <os/availability.h>
#include <stddef.h>
#include <stdint.h>

#define nil nullptr
#define YES true
#define NO false
#define NS_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define NS_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#define NS_ENUM(type, name) \
  enum name : type name;    \
  enum name : type
// In C++ an integer, as Apple's: so options can be joined by |.
#define NS_OPTIONS(type, name) \
  type name;                   \
  enum : type
#define NS_RETURNS_RETAINED __attribute__((ns_returns_retained))
#define NS_UNAVAILABLE __attribute__((unavailable))
#define NS_RETURNS_INNER_POINTER __attribute__((objc_returns_inner_pointer))

typedef bool BOOL;
typedef unsigned long NSUInteger;
typedef long NSInteger;
typedef double NSTimeInterval;
typedef double CFTimeInterval;
typedef struct objc_selector* SEL;
typedef struct _NSZone NSZone;
typedef struct _NSRange {
  NSUInteger location, length;
} NSRange;
static inline NSRange NSMakeRange(NSUInteger location, NSUInteger length) {
  return NSRange{location, length};
}

NS_ASSUME_NONNULL_BEGIN

@class NSString;

@protocol NSObject
- (instancetype)retain __attribute__((unavailable("ARC does it")));
- (BOOL)isEqual:(nullable id)object;
- (BOOL)isKindOfClass:(Class)aClass;
- (BOOL)respondsToSelector:(SEL)aSelector;
@end

@protocol NSCopying
- (id)copyWithZone:(nullable NSZone*)zone;
@end

__attribute__((objc_root_class))
@interface NSObject<NSObject> {
  Class isa;
}
+ (instancetype)alloc;
+ (instancetype)new;
- (instancetype)init;
- (void)dealloc;
+ (Class)class;
- (id)copy;
@end

NS_ASSUME_NONNULL_END
