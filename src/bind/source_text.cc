// SPDX-License-Identifier: Apache-2.0
#include "bind/source_text.h"

#include "support/check.h"

namespace tinsmith::bind {

namespace {

constexpr size_t kColumns = 100;

// Characters that turn the direction of what follows, which compilers warn of: U+200E, U+200F,
// U+202A to U+202E, U+2066 to U+2069. The first three bytes of UTF-8 decide.
bool turns_direction(std::string_view at) {
  if (at.size() < 3 || at[0] != '\xE2') return false;
  auto last = static_cast<unsigned char>(at[2]);
  if (at[1] == '\x80') return last == 0x8E || last == 0x8F || (last >= 0xAA && last <= 0xAE);
  return at[1] == '\x81' && last >= 0xA6 && last <= 0xA9;
}

std::string harmless(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    auto byte = static_cast<unsigned char>(line[i]);
    if (turns_direction(line.substr(i))) {
      out += '?';
      i += 2;
    } else {
      out += byte < 0x20 || byte == 0x7F ? ' ' : line[i];
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// The end of the last comma outside of literals that a line of `columns` has room for and a space
// follows; npos where there is none.
size_t last_comma(std::string_view text, size_t columns) {
  size_t found = text.npos;
  bool quoted = false;
  for (size_t i = 0; i + 1 < text.size() && i < columns; ++i) {
    if (quoted && text[i] == '\\') {
      ++i;  // what follows is escaped
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && text[i] == ',' && text[i + 1] == ' ') found = i + 1;
  }
  return found;
}

}  // namespace

std::string SourceText::margin() const {
  return std::string(depth_ * (language_ == Language::Cpp ? 2 : 4), ' ');
}

void SourceText::put(std::string_view text) {
  if (!text.empty()) text_ += margin() + std::string(text);
  text_ += '\n';
}

void SourceText::line(std::string_view text) {
  size_t indent = margin().size();
  for (bool first = true;; first = false) {
    size_t end = indent + text.size() <= kColumns ? text.npos : last_comma(text, kColumns - indent);
    std::string part(text.substr(0, end));
    put((first ? "" : "    ") + part);
    if (end == text.npos) return;
    text.remove_prefix(end + 1);  // the comma's space
    indent = margin().size() + 4;
  }
}

void SourceText::open(std::string_view text) {
  line(text);
  ++depth_;
}

void SourceText::close(std::string_view text) {
  TS_CHECK(depth_ > 0, "what is closed was opened");
  --depth_;
  line(text);
}

void SourceText::depth(int change) {
  TS_CHECK(change > 0 || depth_ > 0, "what is closed was opened");
  depth_ = change > 0 ? depth_ + 1 : depth_ - 1;
}

void SourceText::list(std::string_view head, const std::vector<std::string>& items,
                      std::string_view tail) {
  std::string joined;
  for (const std::string& item : items) joined += (joined.empty() ? "" : ", ") + item;
  if (margin().size() + head.size() + joined.size() + tail.size() <= kColumns) {
    put(std::string(head) + joined + std::string(tail));
    return;
  }
  put(head);
  ++depth_;
  if (language_ == Language::Cpp) ++depth_;  // its style indents what goes on by four columns
  for (size_t i = 0; i < items.size(); ++i) {
    bool last = i + 1 == items.size();
    // Swift's style closes on a line of its own.
    line(items[i] + (!last ? "," : language_ == Language::Cpp ? std::string(tail) : ""));
  }
  depth_ -= language_ == Language::Cpp ? 2 : 1;
  if (language_ == Language::Swift) put(tail);
}

void SourceText::doc(std::string_view text) {
  while (true) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string shown = harmless(text.substr(0, end));
    // In C++ a backslash at the end would take the next line into the comment.
    if (language_ == Language::Cpp && shown.ends_with('\\')) shown += '.';
    put(shown.empty() ? "///" : "/// " + shown);
    if (end == text.size()) return;
    text.remove_prefix(end + 1);
  }
}

}  // namespace tinsmith::bind
