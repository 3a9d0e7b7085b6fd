// SPDX-License-Identifier: Apache-2.0
#include "support/diagnostics.h"

#include <gtest/gtest.h>

namespace tinsmith {
namespace {

Span on_line(FileId file, uint32_t line, uint32_t from, uint32_t to) {
  return {file, line, from, line, to};
}

TEST(Diagnostics, ShowThePlaceACaretAndTheNotes) {
  SourceFiles sources;
  FileId file = sources.add("saxpy.py", "def f():\n  y = alhpa * 2\n", 6);
  Diagnostics diagnostics;
  diagnostics.error(Code::undefined_name, on_line(file, 7, 7, 12), "name 'alhpa' is not defined")
      .note("did you mean 'alpha'?")
      .note(on_line(file, 6, 1, 4), "the kernel is here");
  EXPECT_EQ(render(diagnostics, sources),
            "saxpy.py:7:7: error[E0201]: name 'alhpa' is not defined\n"
            "     7 |   y = alhpa * 2\n"
            "       |       ^~~~~\n"
            "note: did you mean 'alpha'?\n"
            "saxpy.py:6:1: note: the kernel is here\n"
            "     6 | def f():\n"
            "       | ^~~\n");
}

TEST(Diagnostics, AWarningIsNoError) {
  Diagnostics diagnostics;
  diagnostics.warning(Code::undefined_name, {}, "odd");
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(render(diagnostics, {}), "warning[W0201]: odd\n");
  diagnostics.error(Code::not_differentiable, {}, "no");
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Diagnostics, TabsBeforeTheCaretStayTabs) {
  SourceFiles sources;
  FileId file = sources.add("t.py", "\tx = y");
  Diagnostic d{Severity::Error, Code::undefined_name, on_line(file, 1, 6, 7), "m", {}};
  EXPECT_EQ(render(d, sources), "t.py:1:6: error[E0201]: m\n     1 | \tx = y\n       | \t    ^\n");
}

TEST(Diagnostics, ASpanOverSeveralLinesMarksTheFirst) {
  SourceFiles sources;
  FileId file = sources.add("t.py", "f(a,\n  b)\n");
  Diagnostic d{Severity::Error, Code::undefined_name, {file, 1, 1, 2, 5}, "m", {}};
  EXPECT_EQ(render(d, sources), "t.py:1:1: error[E0201]: m\n     1 | f(a,\n       | ^~~~\n");
}

TEST(Diagnostics, PlacesOutsideOfTheTextShowNoExcerpt) {
  SourceFiles sources;
  FileId file = sources.add("t.py", "x\n");
  for (Span at : {on_line(file, 9, 1, 2), on_line(file, 0, 0, 0), Span{file, 1, 50, 1, 60}}) {
    Diagnostic d{Severity::Error, Code::undefined_name, at, "m", {}};
    EXPECT_NE(render(d, sources).find("m\n"), std::string::npos);
  }
}

TEST(Diagnostics, RowsKnowTheirNameAndKind) {
  EXPECT_EQ(name(Code::undefined_name), "undefined_name");
  EXPECT_EQ(kind(Code::undefined_name), ErrorKind::Name);
}

}  // namespace
}  // namespace tinsmith
