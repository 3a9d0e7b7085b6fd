#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packages are bound, the headers compiled into tests/bind/run.cc, and that is run on the CPU device."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve()
CASES = ("numbers", "arrays", "fields", "genuine_structs")
NO_METAL = ("numbers",)  # it has f64


def must(*command):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=dict(os.environ, DATA=str(ROOT / "tests/data")))
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def bind(case, here, language, *more):
    """The bindings of a case in the folder `here`, where its package is then too."""
    must(BUILD / "bin/tinsmith", "run", ROOT / f"tests/golden/bind/{case}.py", here / case)
    bound = here / case
    if case not in NO_METAL:
        bound = here / f"{case}.bundle"
        must(BUILD / "bin/tinsmith", "metal", here / case, "-o", bound, "--emit", "metallib")
    file = here / f"{case}.{'hpp' if language == 'cpp' else language}"
    must(BUILD / "bin/tinsmith", "bind", bound, "--lang", language, "-o", file, *more)
    return file


def main():
    with tempfile.TemporaryDirectory() as temporary:
        here = pathlib.Path(temporary)
        for case in CASES:
            bind(case, here, "cpp")
        must("c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/src/api/include", f"-I{ROOT}/src/api/cpp",
             f"-I{here}", ROOT / "tests/bind/run.cc", f"-L{BUILD}/lib", f"-Wl,-rpath,{BUILD}/lib", "-ltinsmith",
             "-o", here / "run")
        print(must(here / "run", here), end="")


if __name__ == "__main__":
    main()
