#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles the code that the documents show: every fenced block in Swift, C++ and C is a whole file.

  tests/apple/snippets.py swift      against the module Tinsmith, in Swift 6 mode (skipped, 77, without swiftc)
  tests/apple/snippets.py c          C and C++ blocks that include tinsmith.h or tinsmith.hpp, by gcc and g++

Blocks may use what `tinsmith bind` makes of examples/square.py: the struct Square, square.hpp.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve()
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
DOCUMENTS = ["README.md", "ARCHITECTURE.md", "docs/**/*.md", "apple/*.md", "src/api/*.md", "src/bind/*.md",
             "apple/Sources/Tinsmith/Tinsmith.docc/*.md", "apple/Sources/Tinsmith/*.swift"]
INCLUDES_TINSMITH = re.compile(r"#include [<\"](tinsmith\.h|tinsmith\.hpp|square\.hpp)[>\"]")
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-fsyntax-only"]


def blocks(languages):
    """(document:line, language, text) of every fenced block, doc comments of Swift sources included."""
    paths = sorted({path for pattern in DOCUMENTS for path in ROOT.glob(pattern)})
    for path in paths:
        lines = path.read_text().splitlines()
        if path.suffix == ".swift":
            lines = [re.sub(r"^\s*/// ?", "", line) if line.strip().startswith("///") else "" for line in lines]
        language, start, text = None, 0, []
        for number, line in enumerate(lines, 1):
            fence = re.match(r"\s*```(\S*)", line)
            if fence and language is None:
                language, start, text = fence[1] or "text", number, []
            elif fence:
                if language in languages:
                    yield f"{path.relative_to(ROOT)}:{start}", language, "\n".join(text) + "\n"
                language = None
            elif language is not None:
                text.append(line)


def call(*words):
    """Output of a command that failed; empty when all went well."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def must(*words):
    problem = call(*words)
    if problem:
        sys.exit(f"{' '.join(str(word) for word in words)}\n{problem}")


def bind_square(folder, language, file):
    tinsmith = BUILD / "bin" / "tinsmith"
    must(tinsmith, "run", ROOT / "examples/square.py", folder / "square")
    must(tinsmith, "bind", folder / "square", "--lang", language, "--name", "Square" if language == "swift" else "square",
         "-o", folder / file)


def check_swift(folder):
    swiftc = shutil.which("swiftc")
    if not swiftc:
        print("skipped: there is no Swift toolchain (swiftc on PATH; see swift.org/install)")
        sys.exit(SKIPPED)
    mode = ["-swift-version", "6", "-warnings-as-errors", "-I", ROOT / "src/api/include"]
    (folder / "graph").mkdir()
    must(swiftc, *mode, "-emit-module", "-module-name", "Tinsmith", "-emit-module-path", folder / "Tinsmith.swiftmodule",
         "-emit-symbol-graph", "-emit-symbol-graph-dir", folder / "graph",
         *sorted((ROOT / "apple/Sources/Tinsmith").glob("*.swift")))
    docc = shutil.which("docc")
    if docc:  # the links of the catalog, and a word on every parameter
        yield "Tinsmith.docc", call(
            docc, "convert", ROOT / "apple/Sources/Tinsmith/Tinsmith.docc", "--additional-symbol-graph-dir", folder / "graph",
            "--output-path", folder / "documentation", "--fallback-display-name", "Tinsmith",
            "--fallback-bundle-identifier", "tinsmith", "--warnings-as-errors")
    bind_square(folder, "swift", "Square.swift")
    for place, _, text in blocks({"swift"}):
        file = folder / "snippet.swift"
        file.write_text(text)
        sources = [file, folder / "Square.swift"] if re.search(r"\bSquare\b", text) else [file]
        yield place, call(swiftc, *mode, "-typecheck", "-parse-as-library", "-I", folder, *sources)


def check_c(folder):
    bind_square(folder, "cpp", "square.hpp")
    include = ["-I", ROOT / "src/api/include", "-I", ROOT / "src/api/cpp", "-I", folder]
    for place, language, text in blocks({"c", "cpp"}):
        if not INCLUDES_TINSMITH.search(text):
            continue
        file = folder / f"snippet.{language}"
        file.write_text(text)
        compiler = ["gcc", "-std=c11", "-pedantic"] if language == "c" else ["g++", "-std=c++20"]
        yield place, call(*compiler, *WARNINGS, *include, file)


def main():
    checks = {"swift": check_swift, "c": check_c}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(__doc__)
    count, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for place, problem in checks[sys.argv[1]](pathlib.Path(folder)):
            count += 1
            failed += bool(problem)
            if problem:
                print(f"{place}: this code does not compile\n{problem}")
    if not count:
        print("skipped: no document shows such code")
        return SKIPPED
    print(f"{count - failed} of {count} pieces of code compile")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
