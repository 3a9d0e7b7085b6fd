// SPDX-License-Identifier: Apache-2.0
// The pipeline, as straight code: the order is the content.
#include "compiler/compiler.h"

#include "autodiff/autodiff.h"
#include "lower/lower.h"
#include "opt/opt.h"
#include "spirv/spirv.h"

namespace tinsmith::compiler {

namespace {

// At either stage. Values known by then make the operations on them known in turn, so that one
// round is enough for most kernels; what a second would find is left to the driver.
void optimise(Function& fn) {
  opt::split_locals(fn);
  opt::forward_locals(fn);
  opt::simplify(fn);
  opt::merge_equal(fn);
}

}  // namespace

const std::vector<std::string_view>& steps() {
  static const std::vector<std::string_view> names = {"source", "optimise", "reverse", "tasks"};
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
  optimise(fn);
  done("optimise", Stage::Source);
  if (options.gradient) {
    if (!autodiff::reverse(module, fn, diags)) return Failure{"see diagnostics"};
    optimise(fn);
    done("reverse", Stage::Source);
  }
  // After reverse, whose adjoints are atomics; before tasks, where an index no longer shows which
  // loop it counts.
  opt::demote_atomics(fn);
  TS_TRY(lower::to_tasks(module, fn));
  // The flat index brought arithmetic of its own, and constants may now meet it.
  opt::simplify(fn);
  opt::merge_equal(fn);
  done("tasks", Stage::Tasks);
  return spirv::emit(module, fn, options.sources);
}

}  // namespace tinsmith::compiler
