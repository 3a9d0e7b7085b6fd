// SPDX-License-Identifier: Apache-2.0
// tin_version(), tin_dtype_*.
#include "api/entry.h"
#include "api/infos.h"
#include "support/dtype.h"

namespace {

constexpr const char* kVersion = "0.1.0";  // a test compares it with that of CMakeLists.txt

bool is_dtype(tin_dtype dtype) { return dtype >= TIN_F16 && dtype <= TIN_U64; }

}  // namespace

const char* tin_version(void) { return kVersion; }

const char* tin_dtype_name(tin_dtype dtype) {
  if (is_dtype(dtype)) return tinsmith::name(static_cast<tinsmith::DType>(dtype)).data();
  tinsmith::api::misuse("tin_dtype_name", "there is no such type");
  return "";
}

size_t tin_dtype_size(tin_dtype dtype) {
  if (is_dtype(dtype)) return tinsmith::bytes(static_cast<tinsmith::DType>(dtype));
  tinsmith::api::misuse("tin_dtype_size", "there is no such type");
  return 0;
}
