// SPDX-License-Identifier: Apache-2.0
// Replaces the operations that end at Stage::Source by ones that every back end has.
#pragma once
#include "ir/ir.h"

namespace tinsmith::lower {

// floor_div, mod, ipow and integer pow become arithmetic and loops (facts §2.5).
void expand(Function& fn);

}  // namespace tinsmith::lower
