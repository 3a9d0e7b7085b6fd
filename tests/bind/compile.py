#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `tinsmith bind` makes compiles without a warning: all bindings in the repository and all golden ones.

    compile.py cpp        by g++ and clang++-14, against tinsmith.hpp
    compile.py swift      by swiftc in Swift 6 mode, against the module Tinsmith; 77 where there is no swiftc
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
API = ROOT / "src/api"
STRICT = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Werror"]


def bindings(suffix):
    found = sorted((ROOT / "tests/golden/bind").glob(f"*.expected.{suffix}"))
    ours = ROOT / "apple/Sources/MNISTKit/Bindings" if suffix == "swift" else ROOT / "apps/mnist"
    found += [path for path in sorted(ours.glob(f"*.{suffix}")) if "tinsmith bind" in path.read_text().split("\n")[0]]
    assert len(found) >= 8, found
    return found


def run(*command):
    return subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def cpp(folder):
    """One file includes all of them, twice."""
    source = folder / "all.cc"
    source.write_text("".join(f'#include "{path}"\n' for path in bindings("hpp") * 2))
    compilers = [c for c in ("g++", "clang++-14") if shutil.which(c)]
    assert compilers, "no compiler"
    failed = False
    for compiler in compilers:
        done = run(compiler, *STRICT, "-fsyntax-only", f"-I{API}/include", f"-I{API}/cpp", source)
        print(done.stdout, end="")
        print(f"{compiler}: {'failed' if done.returncode else 'no warnings'}")
        failed = failed or done.returncode != 0
    return failed


def swift(folder):
    if not shutil.which("swiftc"):
        print("skipped: no swiftc; the Swift bindings are compiled where there is a Swift toolchain")
        return 77
    options = ["-swift-version", "6", "-parse-as-library", "-I", API / "include"]
    module = run("swiftc", *options, "-emit-module", "-module-name", "Tinsmith", "-o", folder / "Tinsmith.swiftmodule",
                 *sorted((ROOT / "apple/Sources/Tinsmith").rglob("*.swift")))
    assert module.returncode == 0, module.stdout
    done = run("swiftc", *options, "-I", folder, "-typecheck", "-warnings-as-errors", *bindings("swift"))
    print(done.stdout, end="")
    print(f"swiftc: {'failed' if done.returncode else 'no warnings'}")
    return done.returncode != 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit({"cpp": cpp, "swift": swift}[sys.argv[1]](pathlib.Path(temporary)))
