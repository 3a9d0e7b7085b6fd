// SPDX-License-Identifier: Apache-2.0
// Any words as a SPIR-V module: facts or a failure.
#include <cstring>

#include "package/package.h"

using namespace tinsmith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  package::SpirvWords words(size / 4);
  if (!words.empty()) std::memcpy(words.data(), data, 4 * words.size());
  (void)package::inspect_spirv(words);
  return 0;
}
