// SPDX-License-Identifier: Apache-2.0
// The pipeline, as straight code: the order is the content.
#include "compiler/compiler.h"

#include <array>

#include "lower/lower.h"
#include "spirv/spirv.h"

namespace tinsmith::compiler {

const std::vector<std::string_view>& steps() {
  static const std::vector<std::string_view> names = {"source", "tasks"};
  return names;
}

Result<package::Kernel> compile(Module& module, const std::string& name, const Options& options,
                                Diagnostics&) {
  Function& fn = module.kernels.front();
  fn.name = name;
  auto done = [&](std::string_view step, Stage stage) {
    assert_valid(module, stage, step);
    if (options.on_step) options.on_step(step, print(module));
  };
  done("source", Stage::Source);
  TS_TRY(lower::to_tasks(module, fn));
  done("tasks", Stage::Tasks);
  return spirv::emit(module, fn, {});
}

}  // namespace tinsmith::compiler
