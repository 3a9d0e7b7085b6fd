// SPDX-License-Identifier: Apache-2.0
// Takes break and continue out of loops that are to be reversed.
#pragma once
#include "autodiff/activity.h"

namespace tinsmith::autodiff {

// Rewrites the loops that have something to reverse; others stay as they are. Afterwards, in those,
//  - nothing jumps: a flag says that the rest of an iteration is skipped, another that a `for` is
//  over;
//  - a `while` leaves by an `if` at its head alone, counts its iterations, and the load right
//  behind it gives their number.
// It stays the same program. False if there was nothing to do.
bool remove_jumps(Function& fn, const Structure& structure, const Activity& activity);

// The number of iterations of a while that `remove_jumps` rewrote.
ValueId iterations(const Function& fn, const Structure& structure, InstId loop);

}  // namespace tinsmith::autodiff
