// SPDX-License-Identifier: Apache-2.0
// The JSON value and its writer. The reader is json_parse.cc.
#include "support/json.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "support/check.h"
#include "support/ranges.h"

namespace tinsmith {

std::string_view name(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::Null: return "null";
    case Json::Kind::Bool: return "boolean";
    case Json::Kind::Int:
    case Json::Kind::UInt: return "integer";
    case Json::Kind::Double: return "number";
    case Json::Kind::String: return "string";
    case Json::Kind::Array: return "array";
    case Json::Kind::Object: return "object";
  }
  TS_UNREACHABLE("unknown kind of JSON value");
}

bool Json::is_number() const {
  return kind() == Kind::Int || kind() == Kind::UInt || kind() == Kind::Double;
}

std::optional<bool> Json::as_bool() const {
  if (const bool* v = std::get_if<bool>(&value_)) return *v;
  return std::nullopt;
}

std::optional<int64_t> Json::as_int() const {
  if (const int64_t* v = std::get_if<int64_t>(&value_)) return *v;
  return std::nullopt;
}

std::optional<uint64_t> Json::as_uint() const {
  if (const uint64_t* v = std::get_if<uint64_t>(&value_)) return *v;
  if (const int64_t* v = std::get_if<int64_t>(&value_); v && *v >= 0) return uint64_t(*v);
  return std::nullopt;
}

std::optional<double> Json::as_double() const {
  if (const double* v = std::get_if<double>(&value_)) return *v;
  if (const int64_t* v = std::get_if<int64_t>(&value_)) return static_cast<double>(*v);
  if (const uint64_t* v = std::get_if<uint64_t>(&value_)) return static_cast<double>(*v);
  return std::nullopt;
}

const Json* Json::find(std::string_view name) const {
  const Object* object = as_object();
  if (!object) return nullptr;
  auto it = ranges::find(*object, name, &Member::name);
  return it == object->end() ? nullptr : &it->value;
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = Object{};
  Object* object = as_object();
  TS_CHECK(object, "set() on a JSON value that is no object");
  auto it = ranges::find(*object, name, &Member::name);
  if (it == object->end()) {
    object->push_back({std::string(name), std::move(value)});
  } else {
    it->value = std::move(value);
  }
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  Array* array = as_array();
  TS_CHECK(array, "push() on a JSON value that is no array");
  array->push_back(std::move(value));
  return *this;
}

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

namespace {

class Writer {
 public:
  explicit Writer(JsonStyle style) : indented_(style == JsonStyle::Indented) {}
  std::string take() { return std::move(out_); }

  void value(const Json& json, size_t depth) {
    switch (json.kind()) {
      case Json::Kind::Null: out_ += "null"; return;
      case Json::Kind::Bool: out_ += *json.as_bool() ? "true" : "false"; return;
      case Json::Kind::Int: out_ += std::to_string(*json.as_int()); return;
      case Json::Kind::UInt: out_ += std::to_string(*json.as_uint()); return;
      case Json::Kind::Double: number(*json.as_double()); return;
      case Json::Kind::String: string(*json.as_string()); return;
      case Json::Kind::Array: array(*json.as_array(), depth); return;
      case Json::Kind::Object: object(*json.as_object(), depth); return;
    }
  }

 private:
  // The shortest of 15 to 17 digits that reads back as the same double; always with a point or an
  // exponent, so that it stays a double. The C library writes the locale's decimal mark: put right
  // here.
  void number(double v) {
    TS_CHECK(std::isfinite(v), "JSON has no infinity and no NaN");
    char text[40];
    for (int digits : {15, 16, 17}) {
      std::snprintf(text, sizeof text, "%.*g", digits, v);
      if (std::strtod(text, nullptr) == v) break;
    }
    bool plain = true;
    for (const char* c = text; *c; ++c) {
      if ((*c >= '0' && *c <= '9') || *c == '-' || *c == '+') {
        out_ += *c;
      } else if (*c == 'e' || out_.back() != '.') {
        out_ += *c == 'e' ? 'e' : '.';
        plain = false;
      }
    }
    if (plain) out_ += ".0";
  }

  void string(const std::string& text) {
    out_ += '"';
    for (char c : text) {
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (c == '\n') {
        out_ += "\\n";
      } else if (c == '\t') {
        out_ += "\\t";
      } else if (static_cast<unsigned char>(c) < 0x20) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
        out_ += escape;
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  void array(const Json::Array& items, size_t depth) {
    bool flat = ranges::none_of(
        items, [](const Json& item) { return item.as_array() || item.as_object(); });
    out_ += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += indented_ && flat ? ", " : ",";
      if (!flat) line(depth + 1);
      value(items[i], depth + 1);
    }
    if (!flat) line(depth);
    out_ += ']';
  }

  void object(const Json::Object& members, size_t depth) {
    out_ += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out_ += ',';
      line(depth + 1);
      string(members[i].name);
      out_ += indented_ ? ": " : ":";
      value(members[i].value, depth + 1);
    }
    if (!members.empty()) line(depth);
    out_ += '}';
  }

  void line(size_t depth) {
    if (indented_) out_ += "\n" + std::string(2 * depth, ' ');
  }

  std::string out_;
  bool indented_;
};

}  // namespace

std::string to_text(const Json& json, JsonStyle style) {
  Writer writer(style);
  writer.value(json, 0);
  std::string text = writer.take();
  if (style == JsonStyle::Indented) text += '\n';
  return text;
}

}  // namespace tinsmith
