// SPDX-License-Identifier: Apache-2.0
// Any bytes as IR text: refused with a diagnostic, or printed and read back without loss. What the
// verifier accepts, every pass leaves acceptable.
#include <cstdio>
#include <cstdlib>

#include "ir/ir.h"
#include "lower/lower.h"
#include "opt/opt.h"

using namespace tinsmith;

namespace {

bool legal(const Module& module, Stage stage) {
  for (const Function& fn : module.kernels)
    if (!verify(module, fn, stage).empty()) return false;
  return true;
}

void check(const Module& module, Stage stage, const char* step) {
  if (legal(module, stage)) return;
  std::fprintf(stderr, "illegal after %s:\n%s", step, print(module).c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Module module, again;
  Diagnostics diags;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  input = input.substr(0, input.find("// ----\n"));  // behind it a seed has what it becomes
  if (!parse(input, {}, module, diags)) {
    if (!diags.has_errors()) std::abort();
    return 0;
  }
  bool source = legal(module, Stage::Source);
  if (!source && !legal(module, Stage::Tasks)) return 0;
  std::string text = print(module);
  if (!parse(text, {}, again, diags) || print(again) != text) std::abort();
  const Stage stage = source ? Stage::Source : Stage::Tasks;
  for (Function& fn : module.kernels) {
    for (auto pass : {opt::demote_atomics, opt::split_locals, opt::forward_locals, opt::simplify,
                      opt::merge_equal, opt::remove_dead}) {
      pass(fn);
      check(module, stage, "a pass");
    }
  }
  if (!source || module.kernels.size() != 1) return 0;
  if (lower::to_tasks(module, module.kernels.front())) check(module, Stage::Tasks, "to_tasks");
  return 0;
}
