// SPDX-License-Identifier: Apache-2.0
// NSString: UTF-8 in a std::string. Lengths count bytes, which is Apple's count for ASCII alone; a
// string beyond it stops the program where its length is asked.
#import <Foundation/Foundation.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

// The class of literals by its other name.
asm(".globl __CFConstantStringClassReference\n"
    ".set __CFConstantStringClassReference, OBJC_CLASS_$_NSConstantString");

@interface HeapString : NSString
- (instancetype)initWithText:(std::string)text;
@end
@implementation HeapString {
  std::string _text;
}
- (instancetype)initWithText:(std::string)text {
  _text = std::move(text);
  return self;
}
- (const char*)UTF8String {
  return _text.c_str();
}
@end

namespace {

[[noreturn]] void stop(const char* what) {
  std::fprintf(stderr, "Foundation stand-in: %s\n", what);
  std::abort();
}

NSString* make(std::string text) { return [[HeapString alloc] initWithText:std::move(text)]; }

// One conversion of a format, its `%` left out: flags and width, length, letter.
void append(std::string& out, const std::string& spec, va_list& arguments) {
  char text[512];
  const std::string format = "%" + spec;
  const char letter = spec.back();
  const bool is_long = spec.find_first_of("lzq") != spec.npos;
  switch (letter) {
    case 's': out += va_arg(arguments, const char*); return;
    case 'd':
    case 'i':
    case 'u':
    case 'x':
      if (is_long)
        std::snprintf(text, sizeof(text), format.c_str(), va_arg(arguments, long));
      else
        std::snprintf(text, sizeof(text), format.c_str(), va_arg(arguments, int));
      break;
    case 'e':
    case 'f':
    case 'g': std::snprintf(text, sizeof(text), format.c_str(), va_arg(arguments, double)); break;
    default: stop(("stringWithFormat: knows no " + format).c_str());
  }
  out += text;
}

}  // namespace

@implementation NSString
+ (instancetype)stringWithUTF8String:(const char*)text {
  return make(text);
}
+ (instancetype)stringWithFormat:(NSString*)format, ... {
  std::string out;
  va_list arguments;
  va_start(arguments, format);
  for (const char* at = format.UTF8String; *at != 0; ++at) {
    if (*at != '%') {
      out += *at;
    } else if (*++at == '%') {
      out += '%';
    } else if (*at == '@') {
      NSString* text = va_arg(arguments, id);
      if (![text isKindOfClass:[NSString class]]) stop("%@ takes strings alone");
      out += text.UTF8String;
    } else {
      const size_t length = std::strspn(at, "+-# 0123456789.lzq") + 1;
      append(out, std::string(at, length), arguments);
      at += length - 1;
    }
  }
  va_end(arguments);
  return make(std::move(out));
}
- (const char*)UTF8String {
  stop("NSString is abstract");
}
- (NSUInteger)length {
  const char* text = self.UTF8String;
  for (const char* c = text; *c != 0; ++c) {
    if (static_cast<signed char>(*c) < 0) stop("the length of a string that is not ASCII");
  }
  return std::strlen(text);
}
- (BOOL)isEqual:(id)other {
  return [other isKindOfClass:[NSString class]] && [self isEqualToString:other];
}
- (BOOL)isEqualToString:(NSString*)other {
  return std::strcmp(self.UTF8String, other.UTF8String) == 0;
}
- (BOOL)hasPrefix:(NSString*)prefix {
  return std::string(self.UTF8String).starts_with(prefix.UTF8String);
}
- (NSString*)stringByAppendingString:(NSString*)other {
  return make(std::string(self.UTF8String) + other.UTF8String);
}
- (NSString*)stringByAppendingPathComponent:(NSString*)other {
  std::string text = self.UTF8String;
  if (!text.empty() && !text.ends_with('/')) text += '/';
  return make(text + other.UTF8String);
}
- (id)copyWithZone:(NSZone*)zone {
  return self;  // immutable
}
@end

@implementation NSConstantString
- (const char*)UTF8String {
  return _text;
}
@end

@implementation NSURL {
  NSString* _path;
}
+ (NSURL*)fileURLWithPath:(NSString*)path {
  NSURL* url = [NSURL new];
  url->_path = path;
  return url;
}
- (NSString*)path {
  return _path;
}
- (NSURL*)URLByAppendingPathComponent:(NSString*)component {
  return [NSURL fileURLWithPath:[_path stringByAppendingPathComponent:component]];
}
@end
