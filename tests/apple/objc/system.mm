// SPDX-License-Identifier: Apache-2.0
// NSError, NSProcessInfo, and what system this pretends to be.
#import <Foundation/Foundation.h>
#include <TargetConditionals.h>

#include <mutex>
#include <string>

#include "stand_in.h"

NSErrorUserInfoKey const NSLocalizedDescriptionKey = @"NSLocalizedDescription";
NSErrorUserInfoKey const NSUnderlyingErrorKey = @"NSUnderlyingError";

@implementation NSError {
  NSErrorDomain _domain;
  NSInteger _code;
  NSDictionary<NSErrorUserInfoKey, id>* _info;
}
+ (instancetype)errorWithDomain:(NSErrorDomain)domain
                           code:(NSInteger)code
                       userInfo:(NSDictionary<NSErrorUserInfoKey, id>*)info {
  NSError* error = [NSError new];
  error->_domain = domain;
  error->_code = code;
  error->_info = info;
  return error;
}
- (NSErrorDomain)domain {
  return _domain;
}
- (NSInteger)code {
  return _code;
}
- (NSDictionary<NSErrorUserInfoKey, id>*)userInfo {
  if (_info) return _info;
  return [NSDictionary dictionaryWithObjects:nil forKeys:nil count:0];
}
- (NSString*)localizedDescription {
  NSString* text = _info[NSLocalizedDescriptionKey];
  if (text) return text;
  return [NSString
      stringWithFormat:@"The operation couldn't be completed. (%@ error %ld.)", _domain, _code];
}
@end

namespace {

struct System {
  std::mutex mutex;
  const char* platform = "iOS";
  NSOperatingSystemVersion version = {16, 0, 0};
};
System& the_system() {
  static System one;
  return one;
}

}  // namespace

void ts_stand_in_system(const char* platform, int major, int minor, int patch) {
  System& system = the_system();
  const std::lock_guard lock(system.mutex);
  const std::string wanted = platform;
  system.platform = wanted == "macOS" ? "macOS" : wanted == "iOS" ? "iOS" : "iOS simulator";
  system.version = {major, minor, patch};
}
const char* ts_stand_in_platform() {
  System& system = the_system();
  const std::lock_guard lock(system.mutex);
  return system.platform;
}

@implementation NSProcessInfo
+ (NSProcessInfo*)processInfo {
  return [NSProcessInfo new];
}
- (NSOperatingSystemVersion)operatingSystemVersion {
  System& system = the_system();
  const std::lock_guard lock(system.mutex);
  return system.version;
}
- (NSString*)operatingSystemVersionString {
  const NSOperatingSystemVersion v = self.operatingSystemVersion;
  return [NSString stringWithFormat:@"Version %ld.%ld.%ld (Build stand-in)", v.majorVersion,
                                    v.minorVersion, v.patchVersion];
}
@end
