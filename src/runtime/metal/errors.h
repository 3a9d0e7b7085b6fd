// SPDX-License-Identifier: Apache-2.0
// What Metal says when it fails, in full, and what can be done about it; for the Objective-C++
// files of this folder alone.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/metal/objc.h"
#include "support/result.h"

namespace tinsmith::runtime::metal {

// All that Metal says: "Library not found (MTLLibraryErrorDomain 6)", and what was the reason of
// that.
std::string describe(NSError* error);
// What became of a command buffer that is over; `kernels` are the first of those that it ran.
std::optional<Failure> failure_of(id<MTLCommandBuffer> finished,
                                  const std::vector<std::shared_ptr<const std::string>>& kernels);

}  // namespace tinsmith::runtime::metal
