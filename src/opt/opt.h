// SPDX-License-Identifier: Apache-2.0
// IR -> IR at the same stage. Each pass is a free function and returns whether it changed anything.
#pragma once
#include "ir/ir.h"

namespace tinsmith::opt {

// Folds constants and identities, removes operations whose results nobody uses, flattens ifs with a
// known condition. Any stage. Strict floating point: never changes the value of a finite
// computation.
bool simplify(Function& fn);

// Removes operations whose results nobody uses, stores to locals that are never read, ifs and for
// loops that do nothing. Any stage. The other passes call it at their end.
bool remove_dead(Function& fn);

// Merges equal pure operations whose first is visible from the second. Any stage.
bool merge_equal(Function& fn);

// Replaces loads of locals (`var`) by the value last stored where that is one known value; turns an
// `if` that stores to a local into one that yields; removes locals that are only stored to. Any
// stage. Leaves loop-carried locals in memory.
bool forward_locals(Function& fn);

// Replaces local arrays whose indices are all literals by a local for each element. Any stage;
// before forward_locals.
bool split_locals(Function& fn);

// Replaces atomics by load, operation and store where no other thread can come between: in serial
// code, on locals of the thread, and in parallel loops on fields and arrays whose elements each
// belong to one iteration. Source is best: there an address still shows the loop's indices. Takes
// different array parameters to be different memory.
bool demote_atomics(Function& fn);

}  // namespace tinsmith::opt
