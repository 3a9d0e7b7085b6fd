#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`swift test`, with the packages that the tests open.

  tests/apple/swift_test.py app      over the runtime as SwiftPM compiles it for an app: opening and checking packages
  tests/apple/swift_test.py cpu      over build/lib/libtinsmith.so: everything, kernels run on the CPU device
  tests/apple/swift_test.py metal    as cpu, but kernels run by the Metal device, over the fake Metal
  … --filter NAME                    only tests of this name (swift test --filter)
  … --sanitize thread                the Swift code watched for data races

Skipped (77) where there is no Swift toolchain. The build folder (TINSMITH_BUILD, build) has tinsmith and libtinsmith.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import assets

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("TINSMITH_BUILD", ROOT / "build")).resolve()
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
LOWEST = (6, 0)  # swift-tools-version of Package.swift


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def find_swift():
    swift = shutil.which("swift")
    if not swift:
        skip("there is no Swift toolchain (swift on PATH; see swift.org/install)")
    words = subprocess.run([swift, "--version"], capture_output=True, text=True).stdout.split()
    version = words[words.index("version") + 1] if "version" in words else "0"
    if tuple(int(part) for part in version.split(".")[:2]) < LOWEST:
        skip(f"Swift {version} is older than {LOWEST[0]}.{LOWEST[1]}")
    return swift


def library(folder):
    """The folder in the build folder that holds a libtinsmith.so."""
    if not (BUILD / folder / "libtinsmith.so").exists():
        target = "libtinsmith" if folder == "lib" else "libtinsmith_fake_metal"
        skip(f"{BUILD / folder}/libtinsmith.so is missing (ninja -C {BUILD} {target}; the latter needs clang-14)")
    return BUILD / folder


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(str(word) for word in words)}\n{done.stdout}{done.stderr}")


def make_fixtures(folder):
    """Made anew: the test kernels as kinds/, kinds.tcm and bundle/ (two systems), corpus/, the app's assets/."""
    tinsmith = BUILD / "bin" / "tinsmith"
    for form in ("kinds", "bundle"):
        shutil.rmtree(folder / form, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    call(tinsmith, "run", ROOT / "tests/apple/swift/kernels.py", folder / "kinds")
    call(tinsmith, "run", ROOT / "tests/apple/swift/kernels.py", folder / "kinds.tcm")
    call(tinsmith, "metal", folder / "kinds", "-o", folder / "bundle", "--target", "ios16,ios-sim16")
    call(sys.executable, ROOT / "tests/apple/corpus/make.py", folder / "bundle", folder / "corpus")
    assets.make_assets(folder / "assets")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=["app", "cpu", "metal"])
    parser.add_argument("--filter")
    parser.add_argument("--sanitize", choices=["thread"])
    options = parser.parse_args()
    swift = find_swift()
    environment = {**os.environ}
    for name in ("TINSMITH_LIBRARY_DIR", "TINSMITH_TEST_DEVICE"):
        environment.pop(name, None)
    if options.mode != "app":
        environment |= {"TINSMITH_LIBRARY_DIR": str(library("lib")), "TINSMITH_TEST_DEVICE": options.mode}
    if options.mode == "metal":  # the same build, another library behind it
        environment["LD_LIBRARY_PATH"] = str(library("lib/fake_metal"))
    build = "app" if options.mode == "app" else "cpu"
    scratch = BUILD / "swift" / "-".join(filter(None, [build, options.sanitize]))
    make_fixtures(scratch / "fixtures")
    environment["TINSMITH_TEST_FIXTURES"] = str(scratch / "fixtures")
    words = [swift, "test", "-j", "2", "--package-path", ROOT, "--scratch-path", scratch]
    if options.sanitize:
        words += ["--sanitize", options.sanitize]
    if options.filter:
        words += ["--filter", options.filter]
    return subprocess.run([str(word) for word in words], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
