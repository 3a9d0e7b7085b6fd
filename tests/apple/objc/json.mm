// SPDX-License-Identifier: Apache-2.0
// NSJSONSerialization, reading alone, by this project's own reader.
#include "support/json.h"

#import <Foundation/Foundation.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using tinsmith::Json;

NSString* text(const std::string& utf8) { return [NSString stringWithUTF8String:utf8.c_str()]; }

id convert(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Bool: return [NSNumber numberWithBool:*value.as_bool()];
    case Json::Kind::Int: return [NSNumber numberWithLongLong:*value.as_int()];
    case Json::Kind::UInt:
    case Json::Kind::Double: return [NSNumber numberWithDouble:*value.as_double()];
    case Json::Kind::String: return text(*value.as_string());
    case Json::Kind::Null: return [NSNull null];
    case Json::Kind::Array:
    case Json::Kind::Object: break;
  }
  std::vector<id> keys, values;
  if (const Json::Array* array = value.as_array()) {
    for (const Json& each : *array) values.push_back(convert(each));
    return [NSArray arrayWithObjects:values.data() count:values.size()];
  }
  for (const Json::Member& member : *value.as_object()) {
    keys.push_back(text(member.name));
    values.push_back(convert(member.value));
  }
  return [NSDictionary dictionaryWithObjects:values.data() forKeys:keys.data() count:keys.size()];
}

}  // namespace

@implementation NSNull
+ (NSNull*)null {
  return [NSNull new];
}
@end

@implementation NSJSONSerialization
+ (id)JSONObjectWithData:(NSData*)data
                 options:(NSJSONReadingOptions)options
                   error:(NSError* __autoreleasing*)error {
  const std::string_view content(static_cast<const char*>(data.bytes), data.length);
  auto parsed = tinsmith::parse_json(content, "<data>");
  if (parsed) return convert(*parsed);
  if (error) {
    NSDictionary* info = @{NSLocalizedDescriptionKey : text(parsed.failure().what)};
    *error = [NSError errorWithDomain:@"NSCocoaErrorDomain" code:3840 userInfo:info];
  }
  return nil;
}
@end
