// SPDX-License-Identifier: Apache-2.0
// Which file emits an operation.
#include "air/lowering.h"

namespace tinsmith::air {

bool emit_operation(Lowering& lowering, const Instruction&) {
  return lowering.fail("not supported");
}

}  // namespace tinsmith::air
