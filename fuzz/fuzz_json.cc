// SPDX-License-Identifier: Apache-2.0
// Any bytes: they are refused, or text and value go into each other without loss.
#include <cstdlib>

#include "support/json.h"

using namespace tinsmith;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Result<Json> json = parse_json({reinterpret_cast<const char*>(data), size}, "input");
  if (!json) return 0;
  for (JsonStyle style : {JsonStyle::Compact, JsonStyle::Indented}) {
    Result<Json> again = parse_json(to_text(*json, style), "output");
    if (!again || !(*again == *json)) std::abort();
  }
  return 0;
}
