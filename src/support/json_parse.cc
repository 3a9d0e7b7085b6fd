// SPDX-License-Identifier: Apache-2.0
// The JSON reader: recursive descent over bytes, stopping at the first thing that RFC 8259 does not
// allow. Every failure says line, column (in characters) and byte offset.
#include <locale.h>
#include <stdlib.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include <algorithm>
#include <charconv>
#include <cmath>

#include "support/json.h"
#include "support/ranges.h"

namespace tinsmith {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of the well-formed UTF-8 sequence at the front of `text` (RFC 3629), 0 where it is
// malformed.
size_t utf8_length(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  auto more = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return more(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    bool second = more(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && more(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    bool second = more(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && more(2) && more(3) ? 4 : 0;
  }
  return 0;
}

void append_utf8(std::string& out, uint32_t point) {
  auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

// strtod of the "C" locale: the host may have set another one, with a decimal comma.
class CLocale {
 public:
  CLocale() : locale_(newlocale(LC_ALL_MASK, "C", nullptr)) {}
  CLocale(const CLocale&) = delete;
  CLocale& operator=(const CLocale&) = delete;
  ~CLocale() {
    if (locale_) freelocale(locale_);
  }
  double to_double(const std::string& text) const {
    return locale_ ? strtod_l(text.c_str(), nullptr, locale_) : strtod(text.c_str(), nullptr);
  }

 private:
  locale_t locale_;
};

class Parser {
 public:
  Parser(std::string_view text, std::string_view source, size_t max_depth)
      : text_(text), source_(source), max_depth_(max_depth) {}

  Result<Json> document() {
    if (text_.starts_with("\xEF\xBB\xBF")) return fail("byte order mark before the value");
    TS_TRY_ASSIGN(json, value(0));
    skip_space();
    if (at_ < text_.size()) return fail("something follows the value");
    return std::move(json);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  Failure fail_at(size_t at, std::string_view what) const {
    std::string_view before = text_.substr(0, at);
    size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
    std::string_view row = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
    size_t column =
        1 + static_cast<size_t>(ranges::count_if(row, [](char c) { return (c & 0xC0) != 0x80; }));
    return {std::string(source_) + ":" + std::to_string(line) + ":" + std::to_string(column) +
            ": " + std::string(what) + " (byte " + std::to_string(at) + ")"};
  }
  Failure fail(std::string_view what) const {
    return at_ < text_.size() ? fail_at(at_, what) : fail_at(at_, "the text ends too early");
  }

  Result<Json> value(size_t depth) {
    skip_space();
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': {
        TS_TRY_ASSIGN(text, string());
        return Json(std::move(text));
      }
      case 't': return word("true", true);
      case 'f': return word("false", false);
      case 'n': return word("null", nullptr);
      default: return number();
    }
  }

  Result<Json> word(std::string_view spelling, Json meaning) {
    if (!text_.substr(at_).starts_with(spelling)) return fail("expected a value");
    at_ += spelling.size();
    return meaning;
  }

  Result<Json> array(size_t depth) {
    if (depth >= max_depth_) return fail("nested too deeply");
    ++at_;
    Json::Array items;
    skip_space();
    if (take(']')) return Json(std::move(items));
    for (;;) {
      TS_TRY_ASSIGN(item, value(depth + 1));
      items.push_back(std::move(item));
      skip_space();
      if (take(']')) return Json(std::move(items));
      if (!take(',')) return fail("expected ',' or ']'");
    }
  }

  Result<Json> object(size_t depth) {
    if (depth >= max_depth_) return fail("nested too deeply");
    size_t begin = at_++;
    Json::Object members;
    skip_space();
    if (take('}')) return Json(std::move(members));
    for (;;) {
      skip_space();
      if (peek() != '"') return fail("expected a name in quotes");
      TS_TRY_ASSIGN(key, string());
      skip_space();
      if (!take(':')) return fail("expected ':'");
      TS_TRY_ASSIGN(item, value(depth + 1));
      members.push_back({std::move(key), std::move(item)});
      skip_space();
      if (take('}')) break;
      if (!take(',')) return fail("expected ',' or '}'");
    }
    if (const std::string* twice = duplicate(members))
      return fail_at(begin, "this object has the name '" + *twice + "' twice");
    return Json(std::move(members));
  }

  static const std::string* duplicate(const Json::Object& members) {
    std::vector<const std::string*> names;
    for (const Json::Member& member : members) names.push_back(&member.name);
    auto text = [](const std::string* name) -> const std::string& { return *name; };
    ranges::sort(names, text);
    auto twice = ranges::adjacent_find(names, text);
    return twice == names.end() ? nullptr : *twice;
  }

  Result<std::string> string() {
    ++at_;
    std::string out;
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (static_cast<unsigned char>(c) < 0x20) return fail("control character in a string");
      if (c == '\\') {
        TS_TRY(escape(out));
        continue;
      }
      size_t length = utf8_length(text_.substr(at_));
      if (length == 0) return fail("this is not UTF-8");
      out += text_.substr(at_, length);
      at_ += length;
    }
    return fail("");
  }

  Result<> escape(std::string& out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    size_t begin = at_++;
    if (peek() == 'u') return unicode_escape(out, begin);
    size_t which = at_ < text_.size() ? kLetters.find(text_[at_]) : std::string_view::npos;
    if (which == std::string_view::npos) return fail("unknown escape");
    out += kMeanings[which];
    ++at_;
    return Ok{};
  }

  Result<> unicode_escape(std::string& out, size_t begin) {
    TS_TRY_ASSIGN(first, hex4());
    uint32_t point = first;
    if (point >= 0xDC00 && point <= 0xDFFF) return fail_at(begin, "lone surrogate");
    if (point >= 0xD800 && point <= 0xDBFF) {
      if (!take('\\') || peek() != 'u') return fail_at(begin, "lone surrogate");
      TS_TRY_ASSIGN(low, hex4());
      if (low < 0xDC00 || low > 0xDFFF) return fail_at(begin, "lone surrogate");
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, point);
    return Ok{};
  }

  // 'u' and four hexadecimal digits.
  Result<uint32_t> hex4() {
    std::string_view digits = text_.substr(at_ + 1, 4);
    uint32_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4)
      return fail("expected four hexadecimal digits");
    at_ += 5;
    return value;
  }

  Result<Json> number() {
    size_t begin = at_;
    bool negative = take('-');
    if (!is_digit(peek()))
      return at_ == begin ? fail("expected a value") : fail("expected a digit");
    if (!take('0')) skip_digits();
    if (is_digit(peek())) return fail("a number does not begin with 0");
    bool integer = true;
    if (take('.')) {
      integer = false;
      if (!is_digit(peek())) return fail("expected a digit");
      skip_digits();
    }
    if (take('e') || take('E')) {
      integer = false;
      if (!take('+')) take('-');
      if (!is_digit(peek())) return fail("expected a digit");
      skip_digits();
    }
    std::string token(text_.substr(begin, at_ - begin));
    if (integer)
      if (std::optional<Json> exact = exact_integer(token, negative)) return std::move(*exact);
    double v = locale_.to_double(token);
    if (!std::isfinite(v)) return fail_at(begin, "number out of range");
    return Json(v);
  }

  static std::optional<Json> exact_integer(const std::string& token, bool negative) {
    const char* end = token.data() + token.size();
    int64_t with_sign = 0;
    if (std::from_chars(token.data(), end, with_sign).ec == std::errc()) return Json(with_sign);
    uint64_t without = 0;
    if (!negative && std::from_chars(token.data(), end, without).ec == std::errc())
      return Json(without);
    return std::nullopt;
  }

  void skip_digits() {
    while (is_digit(peek())) ++at_;
  }

  std::string_view text_, source_;
  size_t max_depth_;
  size_t at_ = 0;
  CLocale locale_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view source, size_t max_depth) {
  return Parser(text, source, max_depth).document();
}

}  // namespace tinsmith
