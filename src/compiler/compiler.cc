// SPDX-License-Identifier: Apache-2.0
// The pipeline, as straight code: the order is the content.
#include "compiler/compiler.h"

#include "autodiff/autodiff.h"
#include "lower/lower.h"
#include "opt/opt.h"
#include "spirv/spirv.h"

namespace tinsmith::compiler {

const std::vector<std::string_view>& steps() {
  static const std::vector<std::string_view> names = {"source", "locals", "reverse", "tasks"};
  return names;
}

Result<package::Kernel> compile(Module& module, const std::string& name, const Options& options,
                                Diagnostics& diags) {
  Function& fn = module.kernels.front();
  fn.name = name;
  auto done = [&](std::string_view step, Stage stage) {
    assert_valid(module, stage, step);
    if (options.on_step) options.on_step(step, print(module));
  };
  done("source", Stage::Source);
  opt::forward_locals(fn);
  done("locals", Stage::Source);
  if (options.gradient) {
    if (!autodiff::reverse(module, fn, diags)) return Failure{"see diagnostics"};
    opt::forward_locals(fn);
    done("reverse", Stage::Source);
  }
  TS_TRY(lower::to_tasks(module, fn));
  opt::remove_dead(fn);
  done("tasks", Stage::Tasks);
  return spirv::emit(module, fn, {});
}

}  // namespace tinsmith::compiler
