// SPDX-License-Identifier: Apache-2.0
// NSNumber, NSArray, NSDictionary (keys are strings) and NSData, all immutable.
#import <Foundation/Foundation.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

void check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "Foundation stand-in: %s\n", what);
  std::abort();
}

}  // namespace

@implementation NSNumber {
  double _real;
  long long _integer;
}
+ (NSNumber*)numberWithBool:(BOOL)value {
  return [self numberWithLongLong:value];
}
+ (NSNumber*)numberWithInt:(int)value {
  return [self numberWithLongLong:value];
}
+ (NSNumber*)numberWithLongLong:(long long)value {
  NSNumber* number = [NSNumber new];
  number->_integer = value;
  number->_real = static_cast<double>(value);
  return number;
}
+ (NSNumber*)numberWithDouble:(double)value {
  NSNumber* number = [NSNumber new];
  number->_integer = static_cast<long long>(value);
  number->_real = value;
  return number;
}
- (BOOL)boolValue {
  return _real != 0;
}
- (double)doubleValue {
  return _real;
}
- (NSInteger)integerValue {
  return _integer;
}
- (NSUInteger)unsignedIntegerValue {
  return static_cast<NSUInteger>(_integer);
}
@end

@implementation NSArray {
  std::vector<id> _items;
  unsigned long _never_changes;
}
+ (instancetype)arrayWithObjects:(const id _Nonnull[])objects count:(NSUInteger)count {
  NSArray* array = [NSArray new];
  array->_items.assign(objects, objects + count);
  return array;
}
- (NSUInteger)count {
  return _items.size();
}
- (id)objectAtIndex:(NSUInteger)index {
  check(index < _items.size(), "an index beyond the end of an NSArray");
  return _items[index];
}
- (id)objectAtIndexedSubscript:(NSUInteger)index {
  return [self objectAtIndex:index];
}
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState*)state
                                  objects:(id __unsafe_unretained[])buffer
                                    count:(NSUInteger)count {
  state->mutationsPtr = &_never_changes;
  state->itemsPtr = buffer;
  NSUInteger given = 0;
  for (; given < count && state->state < _items.size(); ++given) {
    buffer[given] = _items[state->state++];
  }
  return given;
}
@end

@implementation NSDictionary {
  std::map<std::string, id> _items;
}
+ (instancetype)dictionaryWithObjects:(const id _Nonnull[])objects
                              forKeys:(const id<NSCopying> _Nonnull[])keys
                                count:(NSUInteger)count {
  NSDictionary* dictionary = [NSDictionary new];
  for (NSUInteger i = 0; i < count; ++i) {
    NSString* key = static_cast<NSString*>(static_cast<id>(keys[i]));
    check([key isKindOfClass:[NSString class]], "the keys of an NSDictionary are strings here");
    dictionary->_items[key.UTF8String] = objects[i];
  }
  return dictionary;
}
- (NSUInteger)count {
  return _items.size();
}
- (id)objectForKey:(id)key {
  const auto it = _items.find(static_cast<NSString*>(key).UTF8String);
  return it == _items.end() ? nil : it->second;
}
- (id)objectForKeyedSubscript:(id)key {
  return [self objectForKey:key];
}
@end

@implementation NSData {
  std::vector<char> _content;
}
+ (instancetype)dataWithContentsOfFile:(NSString*)path {
  std::ifstream file(path.UTF8String, std::ios::binary);
  if (!file) return nil;
  NSData* data = [NSData new];
  data->_content.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  return data;
}
+ (instancetype)dataWithContentsOfURL:(NSURL*)url {
  return [self dataWithContentsOfFile:url.path];
}
- (NSUInteger)length {
  return _content.size();
}
- (const void*)bytes {
  return _content.data();
}
@end
