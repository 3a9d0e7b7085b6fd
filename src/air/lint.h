// SPDX-License-Identifier: Apache-2.0
// Would the loader of that OS take this library: everything about a .metallib that can be judged
// without an Apple machine. Reads any library, whoever made it.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tinsmith::air {

enum class Severity { Error, Warning };

struct Finding {
  std::string code;  // "M0301", listed in docs/lint.md
  Severity severity = Severity::Error;
  std::string place;    // "function 'main0', %12 = …" or "header, offset 12"
  std::string message;  // lower case, no full stop
  std::string fix;      // what to do about it; may be empty
};

// Never fails: a file that cannot be read at all is a finding.
std::vector<Finding> lint(std::span<const std::byte> file, std::string_view name);

}  // namespace tinsmith::air
