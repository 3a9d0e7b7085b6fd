// SPDX-License-Identifier: Apache-2.0
// The words of the manifest for the enums of a package: the writer and the reader share them.
#pragma once
#include <optional>
#include <string_view>

#include "package/package.h"

namespace tinsmith::bundle {

std::string_view word(package::TaskType type);
std::string_view word(package::BufferType type);
std::string_view word(package::ArgKind kind);
std::string_view word(package::GraphArgKind kind);
std::string_view word(package::ArrayAccess access);

// The enumerator from 0 to `last` that has this word.
template <class E>
std::optional<E> from_word(std::string_view text, E last) {
  for (uint32_t i = 0; i <= static_cast<uint32_t>(last); ++i) {
    if (word(static_cast<E>(i)) == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace tinsmith::bundle
