#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pass tests: IR before and after, in one file.

tests/passes/PASS/CASE.ir holds the input, a line `// ----`, and what `tinsmith opt --pass PASS` prints for it, diagnostics
of a refusal included. `// passes: NAME,NAME` as the first line names other passes than the folder does.

    tools/pass_tests.py [-u] [PATTERN…]        -u writes what is printed now; read it with `git diff`
"""
import difflib
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build"))
CASES = ROOT / "tests" / "passes"
DIVIDER = "// ----\n"


def printed(case, source):
    passes = case.parent.name
    first = source.split("\n", 1)[0]
    if first.startswith("// passes:"):
        passes = first.partition(":")[2].strip()
    done = subprocess.run([BUILD / "bin/tinsmith", "opt", "-", "--pass", passes],
                          input=source, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def check(case, update):
    """The complaint about a case, empty where there is none."""
    name = case.relative_to(ROOT)
    source, divider, want = case.read_text().partition(DIVIDER)
    code, got = printed(case, source)
    if code not in (0, 1):  # 1: the pass refused, which a case may expect; a crash never
        return f"{name}: tinsmith opt ended with {code}\n{got}"
    if divider and got == want:
        return ""
    if update:
        case.write_text(source + DIVIDER + got)
        return ""
    diff = difflib.unified_diff(want.splitlines(True), got.splitlines(True), str(name), "printed now")
    return "".join(diff) or f"{name}: there is no line {DIVIDER}"


def main(words):
    update = "-u" in words
    patterns = [word for word in words if word != "-u"]
    cases = [c for c in sorted(CASES.glob("*/*.ir")) if not patterns or any(p in str(c) for p in patterns)]
    complaints = [c for c in (check(case, update) for case in cases) if c]
    print("\n".join(complaints), end="")
    print(f"{len(cases)} pass tests, {len(complaints)} failed" + (" (-u accepts)" if complaints else ""))
    return bool(complaints) or (not cases)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
