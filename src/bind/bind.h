// SPDX-License-Identifier: Apache-2.0
// Typed bindings: source text through which a program calls the kernels of one package by name,
// with parameters and fields of the right types. README.md says what becomes what.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "package/package.h"
#include "support/result.h"

namespace tinsmith::bind {

enum class Language : uint8_t { Cpp, Swift };
std::optional<Language> language_from_name(std::string_view name);  // "cpp", "swift"

struct Options {
  std::string name;         // of the struct; empty: made from `source`
  std::string source;       // what the package is called
  std::string version;      // Tinsmith's
  std::string fingerprint;  // of the package (bundle::fingerprint)
};

// The text of one header or Swift file; the same for the same package and options. Fails where a
// kernel takes what bindings have no form for, and says which.
Result<std::string> generate(const package::Package& package, Language language,
                             const Options& options);

// The struct's name, as generate() uses it.
std::string struct_name(Language language, const Options& options);

}  // namespace tinsmith::bind
