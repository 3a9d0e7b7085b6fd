// SPDX-License-Identifier: Apache-2.0
// The two halves of the table of built-in functions.
#pragma once
#include <string_view>

#include "frontend/lowering.h"

namespace tinsmith::frontend {

BuiltinHandler find_math_builtin(std::string_view name);    // builtins.cc: on run-time values
BuiltinHandler find_static_builtin(std::string_view name);  // static_builtins.cc: at compile time

}  // namespace tinsmith::frontend
