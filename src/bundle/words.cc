// SPDX-License-Identifier: Apache-2.0
#include "bundle/words.h"

#include "support/check.h"

namespace tinsmith::bundle {

std::string_view word(package::TaskType type) {
  using enum package::TaskType;
  switch (type) {
    case Serial: return "serial";
    case RangeFor: return "range_for";
    case StructFor: return "struct_for";
    case MeshFor: return "mesh_for";
    case ListGen: return "list_gen";
    case Gc: return "gc";
  }
  TS_UNREACHABLE("task type");
}

std::string_view word(package::BufferType type) {
  using enum package::BufferType;
  switch (type) {
    case Root: return "root";
    case GlobalTmps: return "temporaries";
    case Args: return "args";
    case Rets: return "rets";
    case ListGen: return "list";
    case ExtArr: return "ndarray";
    case ArgPack: return "argpack";
  }
  TS_UNREACHABLE("buffer type");
}

std::string_view word(package::ArgKind kind) {
  using enum package::ArgKind;
  switch (kind) {
    case Scalar: return "scalar";
    case Ndarray: return "ndarray";
    case Texture: return "texture";
    case RwTexture: return "rw_texture";
    case Tensor: return "tensor";
    case Unknown: return "unknown";
  }
  TS_UNREACHABLE("argument kind");
}

std::string_view word(package::GraphArgKind kind) {
  using enum package::GraphArgKind;
  switch (kind) {
    case Scalar: return "scalar";
    case Matrix: return "matrix";
    case Ndarray: return "ndarray";
    case Texture: return "texture";
    case RwTexture: return "rw_texture";
    case Unknown: return "unknown";
  }
  TS_UNREACHABLE("graph argument kind");
}

std::string_view word(package::ArrayAccess access) {
  switch (access) {
    case package::kNoAccess: return "none";
    case package::kRead: return "read";
    case package::kWrite: return "write";
    case package::kReadWrite: return "read_write";
  }
  TS_UNREACHABLE("access");
}

}  // namespace tinsmith::bundle
