#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The app's screens, from its own sources, against stand-ins for SwiftUI and Charts: type-checked without a warning, their
trees compared with Screens/*.txt, buttons pressed, digits drawn; and the whole app over the CPU device.

  tests/apple/swiftui/screens_test.py [--update] [--filter NAME]     --update accepts the screens as they are now

Skipped (77) where there is no Swift toolchain. The build folder (TINSMITH_BUILD, build) has tinsmith, mnist and libtinsmith.
"""
import argparse
import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
from assets import BUILD, make_assets  # noqa: E402
from swift_test import find_swift  # noqa: E402


def unused_screens():
    """Files that no test compares with."""
    tests = "".join(file.read_text() for file in (FOLDER / "Tests").rglob("*.swift"))
    return [f"Screens/{file.name} is compared with nothing" for file in sorted((FOLDER / "Screens").iterdir())
            if f'"{file.stem}"' not in tests]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--filter")
    options = parser.parse_args()
    swift = find_swift()
    library = BUILD / "lib"
    if not (library / "libtinsmith.so").exists():
        sys.exit(f"{library}/libtinsmith.so is missing: ninja -C {BUILD} libtinsmith")
    scratch = BUILD / "swift" / "screens"
    make_assets(scratch / "assets", 1000, 200)
    environment = {**os.environ, "TINSMITH_LIBRARY_DIR": str(library), "TINSMITH_TEST_ASSETS": str(scratch / "assets"),
                   "TINSMITH_UPDATE_SCREENS": "1" if options.update else "0"}
    words = [swift, "test", "-j", "2", "--package-path", FOLDER, "--scratch-path", scratch]
    if options.filter:
        words += ["--filter", options.filter]
    failed = subprocess.run([str(word) for word in words], env=environment).returncode
    unused = unused_screens()
    print("\n".join(unused))
    return bool(failed or unused)


if __name__ == "__main__":
    sys.exit(main())
