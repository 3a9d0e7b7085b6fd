#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much the runtime adds to an app: what Package.swift names, compiled with -Os for arm64, linked and stripped.

    bench/size.py [--json]

Needs the PyPI wheel ziglang (tools/setup ios); ends with 77 without. Its linker does not link for iOS, so the library is
one for macOS 13 on arm64: the same sources, the same instructions. libc++, Foundation and Metal are the system's.
"""
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/apple/crosscheck"))
import crosscheck  # noqa: E402  (its folder is no package)

TARGET = "arm64-apple-macos13.0"
GOAL = 1_000_000
# As SwiftPM's release builds: only the C API is seen from outside, unused functions go.
OPTIONS = ["-Os", "-DNDEBUG", "-fvisibility=hidden", "-fvisibility-inlines-hidden"]
LINK = ["-shared", "-nostdlib++", "-Wl,-dead_strip", "-Wl,-undefined,dynamic_lookup", "-s"]


def link(zig, objects, library):
    command = [zig.home / "zig", "cc", "-target", crosscheck.TARGETS[TARGET], *LINK, *objects, "-o", library]
    wrong = zig.run(command)
    if wrong or not library.stat().st_size:
        sys.exit(f"the runtime does not link: {wrong}")
    return library.stat().st_size


def main():
    home = crosscheck.zig_home()
    if home is None:
        print("skipped: there is no PyPI wheel ziglang (tools/setup ios installs it)")
        return crosscheck.SKIPPED
    zig = crosscheck.Zig(home)
    sources = crosscheck.package_sources()
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = pathlib.Path(temporary)
        jobs = [pool.submit(crosscheck.compile_one, zig, TARGET, source, folder, OPTIONS) for source in sources]
        wrong = [job.result() for job in jobs if job.result()]
        if wrong:
            sys.exit("\n".join(wrong))
        objects = [crosscheck.object_name(folder, source) for source in sources]
        size = link(zig, objects, folder / "runtime.dylib")
    if "--json" in sys.argv:
        print(json.dumps({"case": "runtime_size", "bytes": size, "goal": GOAL}))
    else:
        print(f"runtime on arm64, stripped: {size} bytes of at most {GOAL}, from {len(sources)} files")
    return 0 if size < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
