// SPDX-License-Identifier: Apache-2.0
// The steps of reverse mode: bring into shape, find what carries gradients, refuse what has no
// exact adjoint, decide what is recomputed and where, refuse what cannot be, write.
#include "autodiff/activity.h"
#include "autodiff/autodiff.h"
#include "autodiff/emit.h"
#include "autodiff/jumps.h"
#include "autodiff/normalize.h"
#include "autodiff/plan.h"
#include "autodiff/refuse.h"

namespace tinsmith::autodiff {

bool reverse(Module& module, Function& fn, Diagnostics& diags) {
  normalize(fn);
  {
    Structure with_jumps(fn);
    remove_jumps(fn, with_jumps, Activity(module, fn, with_jumps));
  }
  Structure structure(fn);
  Activity activity(module, fn, structure);
  refuse_operations(module, fn, structure, activity, diags);
  if (diags.has_errors()) return false;
  Plan plan = make_plan(fn, structure, activity);
  refuse_recomputation(module, fn, structure, activity, plan, diags);
  if (diags.has_errors()) return false;
  emit_adjoint(module, fn, structure, activity, plan);
  fn.returns.clear();
  return true;
}

}  // namespace tinsmith::autodiff
