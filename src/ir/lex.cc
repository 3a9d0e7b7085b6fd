// SPDX-License-Identifier: Apache-2.0
#include "ir/lex.h"

#include <utility>

namespace tinsmith {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_name_char(char c) { return is_letter(c) || is_digit(c) || c == '.'; }

}  // namespace

void Lexer::skip_space() {
  while (at_ < text_.size()) {
    char c = peek();
    if (c == '\n') {
      ++line_;
      line_start_ = ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '/' && peek(1) == '/') {
      while (at_ < text_.size() && peek() != '\n') ++at_;
    } else {
      return;
    }
  }
}

// A bare or quoted name; quoted names may hold anything, with \" \\ and \n escaped, and end at the
// line's end.
std::string Lexer::name(bool& quoted) {
  std::string out;
  quoted = peek() == '"';
  if (!quoted) {
    while (is_name_char(peek())) out += text_[at_++];
    return out;
  }
  ++at_;
  while (at_ < text_.size() && peek() != '"' && peek() != '\n') {
    bool escaped = peek() == '\\' && at_ + 1 < text_.size();
    if (escaped) ++at_;
    char c = text_[at_++];
    out += escaped && c == 'n' ? '\n' : c;
  }
  if (peek() == '"') ++at_;
  return out;
}

// Whatever looks like a number; what it has to be is the parser's business.
std::string Lexer::number() {
  std::string out;
  bool hex = peek() == '0' && peek(1) == 'x';
  if (peek() == '-') out += text_[at_++];
  while (is_name_char(peek()) || ((peek() == '+' || peek() == '-') && !hex && !out.empty() &&
                                  (out.back() == 'e' || out.back() == 'E')))
    out += text_[at_++];
  return out;
}

Token Lexer::next() {
  skip_space();
  Token token;
  size_t start = at_;
  char c = peek();
  if (at_ >= text_.size()) {
    token.kind = TokenKind::End;
  } else if (c == '%' || c == '@') {
    ++at_;
    token.kind = c == '%' ? TokenKind::Value : TokenKind::Symbol;
    token.text = name(token.quoted);
    token.declares = c == '%' && peek() == ':';
  } else if (is_letter(c) || c == '"') {
    token.kind = TokenKind::Word;
    token.text = name(token.quoted);
  } else if (is_digit(c) || (c == '-' && is_digit(peek(1)))) {
    token.kind = TokenKind::Number;
    token.text = number();
  } else {
    token.kind = TokenKind::Punct;
    token.text = c == '-' && peek(1) == '>' ? "->" : std::string(1, c);
    at_ += token.text.size();
  }
  auto column = [&](size_t at) { return static_cast<uint32_t>(at - line_start_) + 1; };
  token.span = {file_, line_, column(start), line_, column(at_)};
  return token;
}

TokenReader::TokenReader(std::string_view text, FileId file, Diagnostics& diags)
    : lexer_(text, file), diags_(diags), token_(lexer_.next()) {}

Token TokenReader::take() {
  Token taken = std::move(token_);
  token_ = ok_ ? lexer_.next() : Token{};
  return taken;
}

bool TokenReader::at_punct(std::string_view p) const {
  return token_.kind == TokenKind::Punct && token_.text == p;
}

bool TokenReader::at_word(std::string_view w) const {
  return token_.kind == TokenKind::Word && !token_.quoted && token_.text == w;
}

void TokenReader::punct(std::string_view p) {
  if (!try_punct(p)) expected("'" + std::string(p) + "'");
}

void TokenReader::word(std::string_view w) {
  if (!try_word(w)) expected("'" + std::string(w) + "'");
}

Token TokenReader::expect(TokenKind kind, std::string_view what) {
  if (token_.kind != kind) expected(what);
  return ok_ ? take() : Token{};
}

void TokenReader::expected(std::string_view what) {
  fail(token_.span, "expected " + std::string(what));
}

void TokenReader::fail(Span at, std::string message) {
  if (ok_) diags_.error(Code::bad_ir_text, at, std::move(message));
  ok_ = false;
  token_ = Token{};
}

namespace {

template <class T>
T number(TokenReader& in, std::string_view what) {
  Token token = in.peek();
  auto value = whole_number<T>(token.text);
  if (token.kind == TokenKind::Number && value) return in.take(), *value;
  in.expected(what);
  return {};
}

}  // namespace

uint32_t TokenReader::u32(std::string_view what) { return number<uint32_t>(*this, what); }
int32_t TokenReader::i32(std::string_view what) { return number<int32_t>(*this, what); }
uint64_t TokenReader::u64(std::string_view what) { return number<uint64_t>(*this, what); }

}  // namespace tinsmith
