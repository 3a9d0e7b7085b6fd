#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The limits of CONTRIBUTING.md that a script can check: file length, line width, SPDX line, no path of one machine."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOST_LINES, MOST_COLUMNS = 800, 100
MOST_TEST_COLUMNS = 140  # tests quote IR text, whose lines do not break
CODE = {".cc", ".h", ".def"}
WITH_SPDX = CODE | {".py"}
# Data written by others, or whose very bytes are the test.
EXEMPT = ("tests/data/", "tests/golden/", "tests/passes/", "tests/errors/", "fuzz/corpus/", "LICENSE")
# Folders that exist on the machine of whoever wrote the line, and nowhere else.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:work|home/\w+|Users/\w+|root)/\w")


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def check(path):
    name = path.relative_to(ROOT).as_posix()
    if not path.is_file() or name.startswith(EXEMPT):
        return []
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return []  # an image or another binary file
    lines = text.splitlines()
    problems = []
    if path.suffix in CODE | {".py"} and len(lines) > MOST_LINES:
        problems.append(f"{name}: {len(lines)} lines, the limit is {MOST_LINES}: split it by concern")
    columns = MOST_TEST_COLUMNS if name.endswith("_test.cc") else MOST_COLUMNS
    is_script = text.startswith("#!")
    if (path.suffix in WITH_SPDX or is_script) and not any("SPDX-License-Identifier" in l for l in lines[:3]):
        problems.append(f"{name}:1: no SPDX line")
    for number, line in enumerate(lines, 1):
        if path.suffix in {".cc", ".h"} and len(line) > columns:
            problems.append(f"{name}:{number}: {len(line)} columns, the limit is {columns}")
        if MACHINE_PATH.search(line):
            problems.append(f"{name}:{number}: a path of one machine")
    return problems


def main():
    problems = [problem for path in tracked_files() for problem in check(path)]
    print("\n".join(problems) if problems else "no lint")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
