// SPDX-License-Identifier: Apache-2.0
// Names of a package, which may be any text, as identifiers. The rules are few, so that they can be
// foretold; README.md lists them.
#pragma once
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "bind/bind.h"

namespace tinsmith::bind {

enum class Form : uint8_t { Value, Type };  // of a function, field or parameter; of a struct

// The words of `name` as an identifier of the language: C++ "w1_grad" for both forms, Swift
// "w1Grad" and "W1Grad". A keyword gets an underscore at its end.
std::string identifier(Language language, Form form, std::string_view name);

// Whether the language, or what bindings use of it, keeps the name for itself.
bool is_word(Language language, std::string_view name);

// The names of one scope, each given once.
class Scope {
 public:
  explicit Scope(Language language) : language_(language) {}

  void reserve(std::initializer_list<std::string_view> names) {
    taken_.insert(names.begin(), names.end());
  }
  // The identifier for `name`; where it is taken, the first that is free of name_, name_2, name_3…
  std::string add(Form form, std::string_view name);

 private:
  Language language_;
  std::set<std::string, std::less<>> taken_;
};

// The text as a literal of the language, with its quotes.
std::string literal(Language language, std::string_view text);

}  // namespace tinsmith::bind
