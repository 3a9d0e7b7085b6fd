// SPDX-License-Identifier: Apache-2.0
// Our own bugs. InternalError is the only exception of the code base; it is caught at the borders
// alone (command line, Python, C API), because Python and the phone app host us and must not be
// aborted.
#pragma once
#include <stdexcept>
#include <string>

namespace tinsmith {

class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void internal_error(const char* file, int line, const std::string& what);

}  // namespace tinsmith

// Stops with an InternalError that carries the place when `cond` does not hold.
#define TS_CHECK(cond, what) \
  ((cond) ? void() : ::tinsmith::internal_error(__FILE__, __LINE__, std::string(what)))
#define TS_UNREACHABLE(what) ::tinsmith::internal_error(__FILE__, __LINE__, std::string(what))
