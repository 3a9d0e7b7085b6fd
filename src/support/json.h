// SPDX-License-Identifier: Apache-2.0
// JSON as RFC 8259 has it, no more: a value, a strict reader and a writer. Integers stay exact.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "support/result.h"

namespace tinsmith {

class Json {
 public:
  struct Member;
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;  // in the order of the text; names are unique
  enum class Kind : uint8_t { Null, Bool, Int, UInt, Double, String, Array, Object };

  Json() = default;
  Json(std::nullptr_t);              // NOLINT(google-explicit-constructor)
  Json(std::integral auto v);        // NOLINT(google-explicit-constructor)
  Json(std::floating_point auto v);  // NOLINT(google-explicit-constructor)
  Json(std::string v);               // NOLINT(google-explicit-constructor)
  Json(std::string_view v);          // NOLINT(google-explicit-constructor)
  Json(const char* v);               // NOLINT(google-explicit-constructor)
  Json(Array v);                     // NOLINT(google-explicit-constructor)
  Json(Object v);                    // NOLINT(google-explicit-constructor)

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::Null; }
  bool is_number() const;

  // The value, where the kind fits: an integer only from a number written without fraction and
  // exponent, a double from any number.
  std::optional<bool> as_bool() const;
  std::optional<int64_t> as_int() const;
  std::optional<uint64_t> as_uint() const;
  std::optional<double> as_double() const;
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  Array* as_array() { return std::get_if<Array>(&value_); }
  Object* as_object() { return std::get_if<Object>(&value_); }

  // The member of that name; nullptr where there is none or this is no object.
  const Json* find(std::string_view name) const;
  // Sets or adds a member; a null becomes an object first.
  Json& set(std::string_view name, Json value);
  // Adds an element; a null becomes an array first.
  Json& push(Json value);

  // Equal kind, values and order. 1 and 1.0 differ.
  friend bool operator==(const Json& a, const Json& b);

 private:
  // UInt holds only what Int cannot, so that equal numbers are equal values.
  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Array, Object> value_;
};

struct Json::Member {
  std::string name;
  Json value;
  friend bool operator==(const Member&, const Member&) = default;
};

// Here and not above, because clang wants Member to be complete.
inline Json::Json(std::nullptr_t) {}
inline Json::Json(std::string v) : value_(std::move(v)) {}
inline Json::Json(std::string_view v) : value_(std::string(v)) {}
inline Json::Json(const char* v) : value_(std::string(v)) {}
inline Json::Json(Array v) : value_(std::move(v)) {}
inline Json::Json(Object v) : value_(std::move(v)) {}
Json::Json(std::floating_point auto v) : value_(double{v}) {}
Json::Json(std::integral auto v) {
  if constexpr (std::same_as<decltype(v), bool>) {
    value_ = v;
  } else if (std::in_range<int64_t>(v)) {
    value_ = static_cast<int64_t>(v);
  } else {
    value_ = static_cast<uint64_t>(v);
  }
}

// "array", "number", …: what an error message calls it.
std::string_view name(Json::Kind kind);

// Reads one value and nothing after it. `source` is what a failure calls the text:
// "metadata.json:3:14: …". Refused: duplicate names, strings that are not UTF-8, lone surrogates,
// numbers beyond a double, deep nesting.
Result<Json> parse_json(std::string_view text, std::string_view source, size_t max_depth = 128);

enum class JsonStyle { Compact, Indented };
// Strings must be UTF-8 and numbers finite. Indented text ends in a newline; arrays of plain values
// stay on a line.
std::string to_text(const Json& json, JsonStyle style = JsonStyle::Compact);

}  // namespace tinsmith
