#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles what SwiftPM will compile of src/ for phones, their simulator and Macs, on Linux.

The compiler is the clang of the PyPI wheel `ziglang` (tools/setup ios), which has Darwin's own C headers and a libc++;
Foundation and Metal are the stand-ins of tests/apple/objc, whose declarations are compared with Apple's elsewhere. It
shows that the files hold nothing of Linux, use no part of the C++ library and no Metal call that the oldest system
lacks (availability is an error), and become Mach-O objects. A second pass takes Debian's clang 14 and libc++ 14: the
oldest C++ library that the sources must live with.

Exit code 77 where the wheel or clang is missing, with a line that says so, after all that could be done.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build"))
STAND_IN = ROOT / "tests/apple/objc/include"
SKIPPED = 77

# Of the first every file is compiled as an app's is; the others with the library's headers precompiled, unoptimised.
TARGETS = {
    "arm64-apple-ios16.0": "aarch64-ios.16.0",
    "arm64-apple-ios16.0-simulator": "aarch64-ios.16.0-simulator",
    "arm64-apple-macos13.0": "aarch64-macos.13.0",
    "x86_64-apple-macos13.0": "x86_64-macos.13.0",
}
PHONE = "arm64-apple-ios16.0"
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wunguarded-availability", "-Werror"]
# libc++ then marks what the oldest system's library lacks; the wheel switches it off, because it ships its own.
AVAILABILITY = ["-U_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS", "-D_LIBCPP_HAS_VENDOR_AVAILABILITY_ANNOTATIONS=1"]
OBJECTIVE_C = ["-x", "objective-c++", "-fobjc-arc", "-fblocks"]
MACH_O_64 = bytes.fromhex("cffaedfe")


def package_sources():
    """The files of src/ that Package.swift names: those of every system, and Apple's."""
    text = (ROOT / "Package.swift").read_text()
    names = re.findall(r'"([\w/]+\.(?:cc|mm))"', text)
    missing = [name for name in names if not (ROOT / "src" / name).is_file()]
    if missing:
        sys.exit(f"Package.swift names what is not there: {' '.join(missing)}")
    return names


def zig_home():
    """The folder of the wheel, in the environment that tools/setup ios makes, or None."""
    for python in (BUILD / "ios-tools/bin/python", ROOT / "build/ios-tools/bin/python"):
        if python.exists():
            done = subprocess.run([python, "-c", "import os, ziglang; print(os.path.dirname(ziglang.__file__))"],
                                  capture_output=True, text=True)
            if done.returncode == 0:
                return pathlib.Path(done.stdout.strip())
    return None


class Zig:
    """The cross compiler, with a cache that later runs find again: beside the wheel, as it is stale when that is new."""

    def __init__(self, home):
        self.home = home
        cache = str(home.parents[3] / "cache")
        self.environment = dict(os.environ, ZIG_LOCAL_CACHE_DIR=cache, ZIG_GLOBAL_CACHE_DIR=cache)

    def command(self, target, *arguments):
        darwin = self.home / "lib/libc/include/any-darwin-any"
        return [self.home / "zig", "c++", "-target", TARGETS[target], "-isystem", darwin, "-std=c++20",
                "-fno-sanitize=all", *WARNINGS, *AVAILABILITY, "-I", ROOT / "src", *arguments]

    def run(self, command):
        return run(command, self.environment)


def run(command, environment=None):
    done = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr or f"exit code {done.returncode}"


def object_name(folder, source):
    return folder / (source.replace("/", "_") + ".o")


def compile_one(zig, target, source, folder, options, precompiled=None):
    """One file; what is wrong with it, or nothing."""
    out = object_name(folder, source)
    how = list(options)
    if source.endswith(".mm"):
        how += ["-I", HERE / "include", "-isystem", STAND_IN, *OBJECTIVE_C]
    elif precompiled:
        how += ["-include-pch", precompiled]
    wrong = zig.run(zig.command(target, *how, "-c", ROOT / "src" / source, "-o", out))
    if not wrong and out.read_bytes()[:4] != MACH_O_64:
        wrong = "the object is not 64-bit Mach-O"
    return wrong


def for_apple(pool, home, sources, folder):
    """Compiles for all targets; the failures, one text each."""
    zig = Zig(home)
    jobs = {}
    for target in TARGETS:
        inner = folder / target
        inner.mkdir()
        precompiled = None
        if target != PHONE:
            precompiled = inner / "standard.pch"
            wrong = zig.run(zig.command(target, "-O0", "-x", "c++-header", HERE / "standard.h", "-o", precompiled))
            if wrong:
                return [f"{target}: standard.h\n{wrong}"]
        for source in sources:
            options = ["-Os"] if target == PHONE else ["-O0"]
            jobs[target, source] = pool.submit(compile_one, zig, target, source, inner, options, precompiled)
    return [f"{target}: src/{source}\n{job.result()}" for (target, source), job in jobs.items() if job.result()]


def for_clang_14(pool, sources):
    """The C++ files against libc++ 14, syntax and types alone."""
    flags = ["clang++-14", "-std=c++20", "-stdlib=libc++", "-fsyntax-only", *WARNINGS, "-I", ROOT / "src"]
    jobs = {source: pool.submit(run, [*flags, ROOT / "src" / source])
            for source in sources if source.endswith(".cc")}
    return [f"clang 14, libc++ 14: src/{source}\n{job.result()}" for source, job in jobs.items() if job.result()]


def has_clang_14():
    return shutil.which("clang++-14") and pathlib.Path("/usr/lib/llvm-14/include/c++/v1").is_dir()


def main():
    sources = package_sources()
    wrong, lacking = [], []
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        home = zig_home()
        if home is None:
            lacking.append("the PyPI wheel ziglang (tools/setup ios installs it)")
        else:
            wrong += for_apple(pool, home, sources, pathlib.Path(temporary))
            print(f"{len(sources)} files for {', '.join(TARGETS)}")
        if has_clang_14():
            wrong += for_clang_14(pool, sources)
            print(f"{sum(s.endswith('.cc') for s in sources)} files with clang 14 and libc++ 14")
        else:
            lacking.append("clang-14 with libc++-14-dev (tools/setup ios installs them)")
    for text in wrong:
        print("\n".join(text.splitlines()[:20]))
    if wrong:
        print(f"{len(wrong)} of them do not compile")
        return 1
    for what in lacking:
        print(f"skipped: there is no {what}")
    return SKIPPED if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
