// SPDX-License-Identifier: Apache-2.0
#include "runtime/metal/errors.h"

namespace tinsmith::runtime::metal {

namespace {

const char* name(MTLCommandEncoderErrorState state) {
  switch (state) {
    case MTLCommandEncoderErrorStateCompleted: return "completed";
    case MTLCommandEncoderErrorStateAffected: return "affected by a fault elsewhere";
    case MTLCommandEncoderErrorStatePending: return "never started";
    case MTLCommandEncoderErrorStateFaulted: return "faulted";
    default: return "of unknown state";
  }
}

// What people can do; empty where there is nothing to advise.
const char* advice(NSError* error) {
  if (![error.domain isEqualToString:MTLCommandBufferErrorDomain]) return "";
  switch (error.code) {
    case MTLCommandBufferErrorTimeout:
      return "the system ends what keeps the GPU for seconds: launch less at a time, smaller "
             "kernels or more of them, and submit() more often";
    case MTLCommandBufferErrorPageFault:
    case MTLCommandBufferErrorInvalidResource:
      return "a kernel reads or writes outside of its buffers: run it on the cpu device with the "
             "debug switch 'bounds', which names the place";
    case MTLCommandBufferErrorNotPermitted:
      return "the system lets no app in the background use the GPU: call pause() when the app is "
             "no longer active, and resume() when it is again";
    case MTLCommandBufferErrorOutOfMemory:
      return "the device has less memory than the buffers of this launch need: make them smaller, "
             "or let go of others";
    case MTLCommandBufferErrorAccessRevoked:
      return "the system has taken the GPU away from this app after errors before: open the device "
             "anew, or start the app again";
    default: return "";
  }
}

std::string describe_encoders(NSError* error) {
  NSArray<id<MTLCommandBufferEncoderInfo>>* infos =
      error.userInfo[MTLCommandBufferEncoderInfoErrorKey];
  std::string all;
  for (id<MTLCommandBufferEncoderInfo> info in infos)
    all += (all.empty() ? "; its encoders: " : ", ") + text(info.label) +
           (info.label.length > 0 ? " " : "") + name(info.errorState);
  return all;
}

}  // namespace

std::string describe(NSError* error) {
  if (error == nil) return "Metal gave no reason";
  std::string what = text(error.localizedDescription) + " (" + text(error.domain) + " " +
                     std::to_string(error.code) + ")";
  NSError* underlying = error.userInfo[NSUnderlyingErrorKey];
  if (underlying != nil) what += ", because of: " + describe(underlying);
  return what;
}

std::optional<Failure> failure_of(id<MTLCommandBuffer> finished,
                                  const std::vector<std::shared_ptr<const std::string>>& kernels) {
  if (finished.status == MTLCommandBufferStatusCompleted) return std::nullopt;
  std::string names;
  for (const auto& kernel : kernels) names += (names.empty() ? " '" : ", '") + *kernel + "'";
  NSError* error = finished.error;
  std::string what = "the GPU did not finish its work";
  if (!names.empty()) what += " (of the kernels" + names + ")";
  what += ": " + describe(error) + describe_encoders(error);
  if (const std::string way_out = advice(error); !way_out.empty()) what += "; " + way_out;
  return Failure{what, Blame::World};
}

}  // namespace tinsmith::runtime::metal
