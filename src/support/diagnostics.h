// SPDX-License-Identifier: Apache-2.0
// What the user wrote wrongly: collected, with a place, a code and notes, and shown with a caret.
//
//   saxpy.py:7:12: error[E0201]: name 'alhpa' is not defined
//      7 |     y[i] = alhpa * x[i] + y[i]
//        |            ^~~~~
//   note: did you mean 'alpha'?
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/id.h"

namespace tinsmith {

using FileId = Id<struct FileTag>;

// A stretch of a source file. Lines and columns count from 1; `end_column` is exclusive.
// A span without a file has no place to show.
struct Span {
  FileId file;
  uint32_t line = 0, column = 0;
  uint32_t end_line = 0, end_column = 0;
};

// Which Python exception a diagnostic becomes (facts/taichi.md §2.1).
enum class ErrorKind : uint8_t { Syntax, Name, Index, Type, Compilation, Unsupported, Gradient };

// One row of diagnostic.def.
enum class Code : uint16_t {
#define DIAGNOSTIC(number, name, kind) name = number,
#include "support/diagnostic.def"
};
std::string_view name(Code code);  // "undefined_name"
ErrorKind kind(Code code);

enum class Severity : uint8_t { Warning, Error };

struct Note {
  Span span;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  Code code{};
  Span span;
  std::string message;
  std::vector<Note> notes;

  // Adds a note at a place, or without one (a way out, say); returns *this to chain.
  Diagnostic& note(Span at, std::string text);
  Diagnostic& note(std::string text);
};

// The texts that spans point into, for rendering.
class SourceFiles {
 public:
  struct File {
    std::string name;
    std::vector<std::string> lines;  // lines[0] is line `first_line`
    uint32_t first_line = 1;
  };
  FileId add(std::string name, std::string_view text, uint32_t first_line = 1);
  const File& operator[](FileId id) const { return files_[id]; }

 private:
  Table<FileId, File> files_;
};

class Diagnostics {
 public:
  // The returned reference is good until the next call.
  Diagnostic& error(Code code, Span at, std::string message);
  Diagnostic& warning(Code code, Span at, std::string message);
  bool has_errors() const { return errors_ > 0; }
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
  size_t errors_ = 0;
};

// Text for a terminal, one diagnostic after the other, each ending in a newline.
std::string render(const Diagnostic& diagnostic, const SourceFiles& sources);
std::string render(const Diagnostics& diagnostics, const SourceFiles& sources);

}  // namespace tinsmith
