#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads which functions the modules of Metal libraries declare, as rows of src/air/witness_functions.def.

  tools/witness.py [--tinsmith PATH] LIBRARY.metallib…          rows for these libraries
  tools/witness.py --new LIBRARY.metallib…                      only what the table does not have, exit code 1 if any

What Apple's compiler declares is what its front end may emit at that AIR version. Only libraries that Apple's compiler made
belong into the table; tools/fetch_apple_libraries gets some.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "src/air/witness_functions.def"
ROW = re.compile(r'SEEN\("([^"]*)", "([^"]*)", "(\d*)"\)')
DECLARATION = re.compile(r"^declare (.*?)@([\w.]+)\((.*)\)[^()]*$")
ATTRIBUTE = re.compile(r'(?<![%\w])(?:noundef|nonnull|nocapture|noalias|readonly|writeonly|readnone|immarg|signext|zeroext'
                       r'|align \d+|dereferenceable\(\d+\)|"[^"]*"(?:="[^"]*")?|fastcc|internal)(?![\w])')


def plain(type_text):
    """A type of a declaration without attributes; a struct is %S."""
    text = ATTRIBUTE.sub("", type_text)
    text = re.sub(r'%(?:"[^"]*"|[\w.$-]+)', "%S", text)
    return " ".join(text.split())


def split_parameters(text):
    parts, depth, part = [], 0, ""
    for c in text:
        depth += c in "<([{"
        depth -= c in ">)]}"
        if c == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += c
    return parts + [part] if part.strip() else parts


def declarations(tinsmith, library):
    """(name, signature, minor AIR version) of each declaration of each module."""
    run = subprocess.run([tinsmith, "inspect", library, "--dis"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{library}: {run.stderr.strip()}")
    found, declared = set(), []
    version = None  # "!air.version = !{!9}" names the node, "!9 = !{i32 2, i32 5, i32 0}" says it
    for line in run.stdout.splitlines():
        if line.startswith("source_filename"):
            declared, version = [], None
        elif line.startswith("declare "):
            result, name, parameters = DECLARATION.match(line).groups()
            signature = f"{plain(result)}({', '.join(plain(p) for p in split_parameters(parameters))})"
            declared.append((name, signature))
        elif line.startswith("!air.version = !{!"):
            version = line[len("!air.version = !{"):-1]
        elif version and line.startswith(version + " = !{i32 2, i32 "):
            minor = line.split("i32 ")[2].split(",")[0]
            found.update((name, signature, minor) for name, signature in declared)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tinsmith", default=os.environ.get("TINSMITH", str(ROOT / "build/bin/tinsmith")))
    parser.add_argument("--new", action="store_true", help="only what the table does not have")
    parser.add_argument("libraries", nargs="+")
    options = parser.parse_args()
    known = {(name, signature, minor) for name, signature, minors in ROW.findall(TABLE.read_text()) for minor in minors}
    found = set().union(*(declarations(options.tinsmith, library) for library in options.libraries))
    if options.new:
        found -= known
    rows = {}
    for name, signature, minor in found:
        rows.setdefault((name, signature), set()).add(minor)
    for (name, signature), minors in sorted(rows.items()):
        print(f'SEEN("{name}", "{signature}", "{"".join(sorted(minors))}")')
    return int(options.new and bool(rows))


if __name__ == "__main__":
    sys.exit(main())
