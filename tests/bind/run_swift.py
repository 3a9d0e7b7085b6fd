#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same as run.py in Swift: the bindings of run.swift's packages called on the CPU device. 77 where there is no swiftc."""
import pathlib
import shutil
import sys
import tempfile

from run import BUILD, ROOT, bind, must

CASES = {"numbers": "Numbers", "arrays": "Arrays", "genuine_structs": "GenuineStructs"}


def main():
    if not shutil.which("swiftc"):
        print("skipped: no swiftc; the Swift bindings are run where there is a Swift toolchain")
        return 77
    with tempfile.TemporaryDirectory() as temporary:
        here = pathlib.Path(temporary)
        files = [bind(case, here, "swift", "--name", name) for case, name in CASES.items()]
        options = ["-swift-version", "6", "-warnings-as-errors", "-I", ROOT / "apple/CTinsmith", "-I", here]
        must("swiftc", *options, "-parse-as-library", "-wmo", "-module-name", "Tinsmith", "-emit-module", "-emit-module-path",
             here / "Tinsmith.swiftmodule", "-c", *sorted((ROOT / "apple/Sources/Tinsmith").rglob("*.swift")),
             "-o", here / "Tinsmith.o")
        must("swiftc", *options, "-parse-as-library", ROOT / "tests/bind/run.swift", *files, here / "Tinsmith.o",
             "-L", BUILD / "lib", "-Xlinker", "-rpath", "-Xlinker", BUILD / "lib", "-o", here / "run")
        print(must(here / "run", here), end="")


if __name__ == "__main__":
    sys.exit(main())
