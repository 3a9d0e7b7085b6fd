#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The app's screens, from its own sources, against stand-ins for SwiftUI and Charts: type-checked without a warning, their
trees compared with Screens/*.txt, buttons pressed, digits drawn; and the whole app over the CPU device, and over the Metal
device on the fake Metal.

  tests/apple/swiftui/screens_test.py [--update] [--filter NAME]     --update accepts the screens as they are now

Skipped (77) where there is no Swift toolchain. The build folder (TINSMITH_BUILD, build) has tinsmith, mnist and libtinsmith.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
from assets import BUILD, ROOT, make_assets  # noqa: E402
from swift_test import find_swift, library  # noqa: E402


def unused_screens():
    """Files that no test compares with."""
    tests = "".join(file.read_text() for file in (FOLDER / "Tests").rglob("*.swift"))
    return [f"Screens/{file.name} is compared with nothing" for file in sorted((FOLDER / "Screens").iterdir())
            if f'"{file.stem}"' not in tests]


def darwin_problems(swift):
    """Branches that only Apple's systems compile, type-checked one file at a time."""
    problems = []
    sources = [file for folder in ("apple/Sources/MNISTKit/Models", "apple/MNISTApp") for file in (ROOT / folder).rglob("*.swift")]
    for file in sorted(file for file in sources if "canImport(Darwin)" in file.read_text()):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / file.name
            copy.write_text(file.read_text().replace("canImport(Darwin)", "true"))
            done = subprocess.run([f"{swift}c", "-typecheck", "-swift-version", "6", "-warnings-as-errors", copy,
                                   *(FOLDER / "Darwin").glob("*.swift")], capture_output=True, text=True)
        if done.returncode:
            problems.append(f"{file.relative_to(ROOT)}, as Apple's systems compile it:\n{done.stderr}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--filter")
    options = parser.parse_args()
    swift = find_swift()
    scratch = BUILD / "swift" / "screens"
    make_assets(scratch / "assets", 1000, 200)
    environment = {**os.environ, "TINSMITH_LIBRARY_DIR": str(library("lib")), "TINSMITH_TEST_ASSETS": str(scratch / "assets"),
                   "TINSMITH_TEST_DRIVER": "Tinsmith, LLVM", "TINSMITH_UPDATE_SCREENS": "1" if options.update else "0"}
    words = [str(word) for word in (swift, "test", "-j", "2", "--package-path", FOLDER, "--scratch-path", scratch)]
    failed = subprocess.run(words + (["--filter", options.filter] if options.filter else []), env=environment).returncode
    metal = BUILD / "lib/fake_metal"
    if options.filter or failed:
        return failed
    if (metal / "libtinsmith.so").exists():  # the same build, another library behind it
        environment |= {"LD_LIBRARY_PATH": str(metal), "TINSMITH_TEST_DRIVER": "iOS"}
        failed = subprocess.run(words + ["--skip-build", "--filter", "RealAppTests"], env=environment).returncode
    else:
        print(f"not run over the Metal device: {metal}/libtinsmith.so is missing (it needs clang-14)")
    problems = unused_screens() + darwin_problems(swift)
    print("\n".join(problems))
    return bool(failed or problems)


if __name__ == "__main__":
    sys.exit(main())
