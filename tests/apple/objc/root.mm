// SPDX-License-Identifier: Apache-2.0
// The root class. Compiled without ARC: it defines what ARC relies upon.
#import <Foundation/Foundation.h>

extern "C" {
id objc_alloc(Class cls);
void objc_destroy(id object);
bool objc_opt_isKindOfClass(id object, Class cls);
bool objc_opt_respondsToSelector(id object, SEL selector);
}
@implementation NSObject
+ (instancetype)alloc {
  return objc_alloc(self);
}
+ (instancetype)new {
  return [[self alloc] init];
}
+ (Class)class {
  return self;
}
- (instancetype)init {
  return self;
}
- (instancetype)retain {
  __builtin_trap();  // ARC calls objc_retain
}
- (void)dealloc {
  objc_destroy(self);
}
- (id)copy {
  return [static_cast<id<NSCopying>>(self) copyWithZone:nullptr];
}
- (BOOL)isEqual:(id)object {
  return self == object;
}
- (BOOL)isKindOfClass:(Class)aClass {
  return objc_opt_isKindOfClass(self, aClass);
}
- (BOOL)respondsToSelector:(SEL)aSelector {
  return objc_opt_respondsToSelector(self, aSelector);
}
@end
