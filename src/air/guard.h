// SPDX-License-Identifier: Apache-2.0
// For work of LLVM on input that nobody has vouched for. Debian's LLVM has no assertions, so what
// its readers take for granted they do not check: damaged records can make them abort or follow a
// wild pointer.
#pragma once
#include <functional>

namespace tinsmith::air {

// Runs `work` on this thread; false where it crashed. What it had allocated by then is lost, and it
// must own nothing that others wait for. Exceptions pass through.
bool survives(const std::function<void()>& work);

}  // namespace tinsmith::air
