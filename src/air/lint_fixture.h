// SPDX-License-Identifier: Apache-2.0
// For the tests of the lint: a module in LLVM's text that uses a bit of everything, as Apple's
// compiler would write it for a target, and the library around it.
#pragma once
#include <string>
#include <string_view>

#include "metallib/metallib.h"

namespace tinsmith::air {

// Text of the kernel "scale" for "ios16", "macos26", ….
std::string good_module(std::string_view target);
// Any text; not verified, so that it may be wrong.
metallib::Function function_of(const std::string& module, std::string_view target);
metallib::Library library_of(const std::string& module, std::string_view target);
// `text` with `from` (which must occur) replaced by `to`.
std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace tinsmith::air
