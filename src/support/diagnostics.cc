// SPDX-License-Identifier: Apache-2.0
#include "support/diagnostics.h"

#include <algorithm>
#include <cstdio>

#include "support/check.h"

namespace tinsmith {

// clang-format off: it takes the included rows for part of the macro
std::string_view name(Code code) {
  switch (code) {
#define DIAGNOSTIC(number, name, kind) \
  case Code::name: return #name;
#include "support/diagnostic.def"
  }
  TS_UNREACHABLE("unknown diagnostic code");
}

ErrorKind kind(Code code) {
  switch (code) {
#define DIAGNOSTIC(number, name, kind) \
  case Code::name: return ErrorKind::kind;
#include "support/diagnostic.def"
  }
  TS_UNREACHABLE("unknown diagnostic code");
}
// clang-format on

Diagnostic& Diagnostic::note(Span at, std::string text) {
  notes.push_back({at, std::move(text)});
  return *this;
}

Diagnostic& Diagnostic::note(std::string text) { return note(Span{}, std::move(text)); }

FileId SourceFiles::add(std::string name, std::string_view text, uint32_t first_line) {
  File file{std::move(name), {}, first_line};
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    file.lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return files_.add(std::move(file));
}

Diagnostic& Diagnostics::error(Code code, Span at, std::string message) {
  ++errors_;
  return all_.emplace_back(Diagnostic{Severity::Error, code, at, std::move(message), {}});
}

Diagnostic& Diagnostics::warning(Code code, Span at, std::string message) {
  return all_.emplace_back(Diagnostic{Severity::Warning, code, at, std::move(message), {}});
}

namespace {

std::string place(Span at, const SourceFiles& sources) {
  if (!at.file) return "";
  return sources[at.file].name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
         ": ";
}

// The line of `at` and a caret under it; nothing where the text is not known.
std::string excerpt(Span at, const SourceFiles& sources) {
  if (!at.file) return "";
  const SourceFiles::File& file = sources[at.file];
  if (at.line < file.first_line || at.line - file.first_line >= file.lines.size()) return "";
  const std::string& text = file.lines[at.line - file.first_line];
  char number[16];
  std::snprintf(number, sizeof number, "%6u | ", at.line);
  size_t begin = std::min<size_t>(at.column > 0 ? at.column - 1 : 0, text.size());
  size_t end = at.end_line == at.line ? at.end_column - 1 : text.size();
  std::string pad = text.substr(0, begin);
  for (char& c : pad) c = c == '\t' ? '\t' : ' ';
  size_t last = std::min(end, std::max(text.size(), begin + 1));
  std::string tail(end > begin + 1 ? last - begin - 1 : 0, '~');
  return number + text + "\n       | " + pad + "^" + tail + "\n";
}

}  // namespace

std::string render(const Diagnostic& d, const SourceFiles& sources) {
  char code[32];
  std::snprintf(code, sizeof code, "%s[%c%04u]: ",
                d.severity == Severity::Error ? "error" : "warning",
                d.severity == Severity::Error ? 'E' : 'W', static_cast<unsigned>(d.code));
  std::string out = place(d.span, sources) + code + d.message + "\n" + excerpt(d.span, sources);
  for (const Note& n : d.notes)
    out += place(n.span, sources) + "note: " + n.message + "\n" + excerpt(n.span, sources);
  return out;
}

std::string render(const Diagnostics& diagnostics, const SourceFiles& sources) {
  std::string out;
  for (const Diagnostic& d : diagnostics.all()) out += render(d, sources);
  return out;
}

}  // namespace tinsmith
