#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Error tests: scripts that are wrong, with what Tinsmith says of them as comments.

    y[i] = alhpa * x[i]
    #      ^ E0201: name 'alhpa' is not defined
    # note: did you mean 'alpha'?

The caret is the column of the line above it that is no comment (a diagnostic in columns 1 or 2 has no caret to check).
A `# note:` must be among the notes. The script must end with 1 and say nothing else than these diagnostics. Each code of
src/support/diagnostic.def needs a case that gets it; tests/errors/without_case.txt lists the few that no script can reach.

    tools/error_tests.py [-u] [PATTERN…]       -u rewrites the comments; read them with `git diff`
"""
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve()
CASES = ROOT / "tests" / "errors"
EXPECTED = re.compile(r"^\s*#(\s*)\^?\s*(E\d{4}): (.*)$")
EXPECTED_NOTE = re.compile(r"^\s*# note: (.*)$")
PRINTED = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?:error|warning)\[(?P<code>E\d{4})\]: (?P<text>.*)$")
PRINTED_NOTE = re.compile(r"^(?:.*:\d+:\d+: )?note: (.*)$")


def expectations(lines):
    """Diagnostics {(line, column or None, code, text)} and notes that the comments state."""
    errors, notes, above = set(), set(), 0
    for number, line in enumerate(lines, 1):
        error, note = EXPECTED.match(line), EXPECTED_NOTE.match(line)
        if error:
            column = line.index("^") + 1 if "^" in line.split(error[2])[0] else None
            errors.add((above, column, error[2], error[3]))
        elif note:
            notes.add(note[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            above = number
    return errors, notes


def diagnostics(case):
    """Exit code, diagnostics, notes and the raw text of running a case."""
    done = subprocess.run([BUILD / "bin/tinsmith", "run", case.name], cwd=case.parent,
                          capture_output=True, text=True, timeout=120)
    errors, notes = [], []
    for line in done.stderr.splitlines():
        error, note = PRINTED.match(line), PRINTED_NOTE.match(line)
        if error:
            column = int(error["column"])
            errors.append((int(error["line"]), column if column > 2 else None, error["code"], error["text"]))
        elif note:
            notes.append(note[1])
    return done.returncode, errors, notes, done.stdout + done.stderr


def rewrite(case, errors, notes):
    """The script without its expectations, then with those that were printed."""
    kept, numbers = [], {}
    for number, line in enumerate(case.read_text().splitlines(), 1):
        if not EXPECTED.match(line) and not EXPECTED_NOTE.match(line):
            kept.append(line)
            numbers[number] = len(kept)
    for line, column, code, text in sorted(errors, key=lambda e: e[0], reverse=True):
        indent = len(kept[numbers[line] - 1]) - len(kept[numbers[line] - 1].lstrip())
        hash_at = min(indent, column - 2) if column else indent
        caret = " " * hash_at + "#" + (" " * (column - 2 - hash_at) + "^ " if column else " ")
        block = [caret + f"{code}: {text}"] + [" " * hash_at + f"# note: {note}" for note in notes]
        notes = []
        kept[numbers[line]:numbers[line]] = block
    case.write_text("\n".join(kept) + "\n")


def check(case, update):
    want, want_notes = expectations(case.read_text().splitlines())
    code, errors, notes, raw = diagnostics(case)
    name = case.relative_to(ROOT)
    if code != 1 or not errors or "Traceback" in raw:
        return f"{name}: wanted one diagnostic and exit code 1, got {code}:\n{raw}", set()
    codes = {e[2] for e in errors}
    if set(errors) == want and want_notes <= set(notes):
        return "", codes
    if update:
        rewrite(case, set(errors), notes)
        return "", codes
    lines = [f"  expected {e}" for e in sorted(want - set(errors), key=str)]
    lines += [f"  printed  {e}" for e in sorted(set(errors) - want, key=str)]
    lines += [f"  no note  {note}" for note in sorted(want_notes - set(notes))]
    return f"{name}:\n" + "\n".join(lines) + "\n", codes


def uncovered(codes):
    """Complaints about codes without a case, and about excuses that are none."""
    table = (ROOT / "src/support/diagnostic.def").read_text()
    rows = {f"E{int(number):04d}": name for number, name in re.findall(r"^DIAGNOSTIC\((\d+), (\w+),", table, re.M)}
    excuses = CASES / "without_case.txt"
    excused = set()
    if excuses.exists():
        excused = {line.split()[0] for line in excuses.read_text().splitlines() if line and line[0] != "#"}
    complaints = [f"{code} {rows[code]}: no case in tests/errors gets it\n" for code in sorted(set(rows) - codes)
                  if rows[code] not in excused]
    complaints += [f"without_case.txt: {name} has a case\n" for name in sorted(excused)
                   if name in {rows[c] for c in codes if c in rows}]
    return complaints + [f"without_case.txt: there is no {name}\n" for name in sorted(excused - set(rows.values()))]


def main(words):
    update = "-u" in words
    patterns = [word for word in words if word != "-u"]
    cases = [c for c in sorted(CASES.glob("*.py")) if not patterns or any(p in str(c) for p in patterns)]
    results = [check(case, update) for case in cases]
    complaints = [complaint for complaint, _ in results if complaint]
    if not patterns:
        complaints += uncovered(set().union(*(codes for _, codes in results)))
    print("".join(complaints), end="")
    print(f"{len(cases)} error tests, {len(complaints)} failed" + (" (-u accepts)" if complaints else ""))
    return bool(complaints) or not cases


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
