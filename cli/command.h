// SPDX-License-Identifier: Apache-2.0
// What the subcommands share: each adds itself to the program and, when chosen, leaves its work in
// `action`. Exit codes are the same for all.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "support/result.h"

namespace tinsmith::cli {

enum ExitCode : int {
  kDone = 0,
  kWrongInput = 1,
  kWrongUsage = 2,
  kWorldFailed = 3,  // a file, a driver
  kOurBug = 70,
};

// The chosen subcommand: returns the exit code, or why it could not be done.
using Action = std::function<Result<int>()>;

// A value of an option that cannot be used: bad usage, told as CLI11 tells its own.
template <class T>
const T& usable(const Result<T>& value) {
  if (!value) throw CLI::ValidationError(value.failure().what);
  return *value;
}

void add_run(CLI::App& program, Action& action);
void add_metal(CLI::App& program, Action& action);
void add_inspect(CLI::App& program, Action& action);
void add_exec(CLI::App& program, Action& action);
void add_lint(CLI::App& program, Action& action);
void add_opt(CLI::App& program, Action& action);
void add_bind(CLI::App& program, Action& action);

}  // namespace tinsmith::cli
