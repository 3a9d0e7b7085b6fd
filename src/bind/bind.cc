// SPDX-License-Identifier: Apache-2.0
#include "bind/bind.h"

#include "bind/languages.h"
#include "bind/names.h"
#include "support/check.h"

namespace tinsmith::bind {

std::optional<Language> language_from_name(std::string_view name) {
  if (name == "cpp") return Language::Cpp;
  if (name == "swift") return Language::Swift;
  return std::nullopt;
}

std::string struct_name(Language language, const Options& options) {
  return options.name.empty() ? identifier(language, Form::Type, options.source) : options.name;
}

Result<std::string> generate(const package::Package& package, Language language,
                             const Options& options) {
  TS_TRY_ASSIGN(model, describe(package));
  switch (language) {
    case Language::Cpp: return write_cpp(model, options);
    case Language::Swift: return write_swift(model, options);
  }
  TS_UNREACHABLE("language");
}

}  // namespace tinsmith::bind
