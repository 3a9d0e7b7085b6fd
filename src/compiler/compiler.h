// SPDX-License-Identifier: Apache-2.0
// The list of steps from IR to a packaged kernel. The only folder that knows every step.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "ir/ir.h"
#include "package/package.h"
#include "support/result.h"

namespace tinsmith::compiler {

struct Options {
  bool gradient = false;                 // compile the adjoint
  const SourceFiles* sources = nullptr;  // what the locations of the module point into, if known
  // Called after each step with its name and the module's text, for --dump-after.
  std::function<void(std::string_view step, const std::string& ir)> on_step;
};

// Compiles module.kernels.front(), which is at Stage::Source; `name` becomes the stem of its task
// names. Mistakes of the user go to `diags` (then the failure's text is "see diagnostics");
// anything else is the failure.
Result<package::Kernel> compile(Module& module, const std::string& name, const Options& options,
                                Diagnostics& diags);

// The names of the steps, in order.
const std::vector<std::string_view>& steps();

}  // namespace tinsmith::compiler
