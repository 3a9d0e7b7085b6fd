// SPDX-License-Identifier: Apache-2.0
#include "bind/names.h"

#include <algorithm>
#include <vector>

namespace tinsmith::bind {

namespace {

constexpr std::string_view kCppKeywords =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t "
    "char32_t char8_t class co_await co_return co_yield compl concept const const_cast "
    "consteval constexpr constinit continue decltype default delete do double dynamic_cast "
    "else enum explicit export extern false float for friend goto if inline int long mutable "
    "namespace new noexcept not not_eq nullptr operator or or_eq private protected public "
    "register reinterpret_cast requires return short signed sizeof static static_assert "
    "static_cast struct switch template this thread_local throw true try typedef typeid "
    "typename union unsigned using virtual void volatile wchar_t while xor xor_eq ";

// Macros that headers of the system may bring.
constexpr std::string_view kCppMacros =
    "assert BUFSIZ CHAR_BIT CHAR_MAX CHAR_MIN CLOCKS_PER_SEC DBL_EPSILON DBL_MAX DBL_MIN EOF "
    "errno EXIT_FAILURE EXIT_SUCCESS FLT_EPSILON FLT_MAX FLT_MIN HUGE_VAL HUGE_VALF INFINITY "
    "INT_MAX INT_MIN linux LONG_MAX LONG_MIN M_1_PI M_2_PI M_E M_LN10 M_LN2 M_LOG2E M_PI "
    "M_PI_2 M_PI_4 M_SQRT1_2 M_SQRT2 major minor NAN NULL offsetof RAND_MAX SEEK_CUR SEEK_END "
    "SEEK_SET SIZE_MAX stderr stdin stdout UINT_MAX unix ";

// What generated code names without anything before it.
constexpr std::string_view kCppTypes =
    "int16_t int32_t int64_t int8_t size_t std tin_value tinsmith uint16_t uint32_t uint64_t "
    "uint8_t ";

// Words of Swift that cannot be names, or not after a dot.
constexpr std::string_view kSwiftWords =
    "actor Any as associatedtype async await break case catch class continue default defer "
    "deinit do else enum extension fallthrough false fileprivate for func guard if import in "
    "init inout internal is let nil operator precedencegroup private Protocol protocol public "
    "repeat rethrows return Self self static struct subscript super switch throw throws true "
    "try Type typealias var where while ";

// Types that generated code names; a struct of the user's may not hide them.
constexpr std::string_view kSwiftTypes =
    "Array Bool Buffer Data Device Double Field Float Float16 Graph Int Int16 Int32 Int64 "
    "Int8 Kernel Module Package Sendable SIMD2 SIMD3 SIMD4 String TinsmithError UInt16 UInt32 "
    "UInt64 UInt8 URL Value ";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// The runs of letters and digits.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool within = false;
  for (char c : name) {
    bool plain = is_digit(c) || is_upper(c) || is_lower(c);
    if (plain && !within) words.emplace_back();
    if (plain) words.back() += c;
    within = plain;
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : "_") + word;
  return out;
}

std::string camel(const std::vector<std::string>& words, Form form) {
  std::string out;
  for (std::string word : words) {
    if (out.empty() && form == Form::Value) {
      // "MAX" is max; "lossSum" stays as it is.
      bool shouted = std::ranges::none_of(word, is_lower);
      for (char& c : word) {
        c = lower(c);
        if (!shouted) break;
      }
    } else {
      word[0] = upper(word[0]);
    }
    // Digits that met would be another number: a_1_2 is a1_2.
    bool digits_meet = !out.empty() && is_digit(out.back()) && is_digit(word[0]);
    out += (digits_meet ? "_" : "") + word;
  }
  return out;
}

// Whether `name` is one of the words, each of which has a space behind it.
bool is_one_of(std::string_view words, std::string_view name) {
  std::string word = std::string(name) + " ";
  return words.starts_with(word) || words.find(" " + word) != words.npos;
}

std::string octal(unsigned char c) {
  std::string out = "\\";
  for (int shift : {6, 3, 0}) out += static_cast<char>('0' + (c >> shift & 7));
  return out;
}

std::string hexadecimal(unsigned char c) {
  constexpr const char* kDigits = "0123456789abcdef";
  return std::string("\\u{") + kDigits[c >> 4] + kDigits[c & 15] + "}";
}

}  // namespace

std::string identifier(Language language, Form form, std::string_view name) {
  std::vector<std::string> words = words_of(name);
  std::string out = language == Language::Cpp ? joined(words) : camel(words, form);
  if (out.empty()) out = form == Form::Type && language == Language::Swift ? "Unnamed" : "unnamed";
  if (is_digit(out[0])) out = (form == Form::Type && language == Language::Swift ? "N" : "n") + out;
  return is_word(language, out) ? out + "_" : out;
}

bool is_word(Language language, std::string_view name) {
  if (language == Language::Cpp) {
    return is_one_of(kCppKeywords, name) || is_one_of(kCppMacros, name) ||
           is_one_of(kCppTypes, name);
  }
  return is_one_of(kSwiftWords, name) || is_one_of(kSwiftTypes, name);
}

std::string Scope::add(Form form, std::string_view name) {
  const std::string wanted = identifier(language_, form, name);
  std::string free = wanted;
  for (int number = 1; !taken_.insert(free).second; ++number) {
    free =
        wanted + (wanted.ends_with('_') ? "" : "_") + (number == 1 ? "" : std::to_string(number));
  }
  return free;
}

std::string literal(Language language, std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += language == Language::Cpp ? octal(byte) : hexadecimal(byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace tinsmith::bind
