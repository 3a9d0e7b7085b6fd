// SPDX-License-Identifier: Apache-2.0
// Blocks, as far as the reference counts of objects must know of them.
#pragma once
#include "abi.h"

namespace objc {

bool is_block(const Object* o);
bool is_heap_block(const Object* o);
long living_blocks();  // on the heap

extern "C" {
void* _Block_copy(const void* block);
void _Block_release(const void* block);
}

}  // namespace objc
