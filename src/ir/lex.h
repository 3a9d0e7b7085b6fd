// SPDX-License-Identifier: Apache-2.0
// The words of the IR's text form.
#pragma once
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "support/diagnostics.h"

namespace tinsmith {

enum class TokenKind : uint8_t { Word, Number, Value, Symbol, Punct, End };

// A word (`field`, `add`), a number as written (`-3`, `1e-5`, `0.grad`, `3x2`), a value (`%x`), a
// symbol (`@x`), or one of ( ) [ ] { } : , = * ? ->. `text` is without sigil and quotes.
struct Token {
  TokenKind kind = TokenKind::End;
  std::string text;
  bool quoted = false;
  bool declares = false;  // a value with a colon right behind: a result, not an operand
  Span span;
};

class Lexer {
 public:
  Lexer(std::string_view text, FileId file) : text_(text), file_(file) {}
  Token next();

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_space();
  std::string name(bool& quoted);
  std::string number();

  std::string_view text_;
  FileId file_;
  size_t at_ = 0, line_start_ = 0;
  uint32_t line_ = 1;
};

// Tokens with one ahead. The first mistake is reported and ends the text: from then on every
// question is answered as at the end of the file, so that a recursive descent needs no way of its
// own to stop.
class TokenReader {
 public:
  TokenReader(std::string_view text, FileId file, Diagnostics& diags);

  const Token& peek() const { return token_; }
  Token take();
  bool ok() const { return ok_; }
  bool at_end() const { return token_.kind == TokenKind::End; }
  bool at_punct(std::string_view p) const;
  bool at_word(std::string_view w) const;
  bool try_punct(std::string_view p) { return at_punct(p) && (take(), true); }
  bool try_word(std::string_view w) { return at_word(w) && (take(), true); }
  void punct(std::string_view p);  // must come
  void word(std::string_view w);
  // A token of that kind; otherwise "expected WHAT".
  Token expect(TokenKind kind, std::string_view what);
  void expected(std::string_view what);
  void fail(Span at, std::string message);

  uint32_t u32(std::string_view what);
  int32_t i32(std::string_view what);
  uint64_t u64(std::string_view what);

 private:
  Lexer lexer_;
  Diagnostics& diags_;
  Token token_;
  bool ok_ = true;
};

// `text` as a whole number of type T, entirely.
template <class T>
std::optional<T> whole_number(std::string_view text, int base = 10) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace tinsmith
