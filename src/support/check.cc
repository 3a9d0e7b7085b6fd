// SPDX-License-Identifier: Apache-2.0
#include "support/check.h"

namespace tinsmith {

void internal_error(const char* file, int line, const std::string& what) {
  throw InternalError(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

}  // namespace tinsmith
