#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Package.swift lists the runtime's sources by file; this tells which are missing or gone.

  tests/apple/package_sources.py            checks
  tests/apple/package_sources.py --list     prints them, one a line, from the root: what SwiftPM compiles for an app
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# open_device.h has several definitions; SwiftPM's is open_device_app.cc.
OTHER_BUILDS = {"api/open_device_all.cc"}


def listed():
    """Sources that the manifest names, relative to src/."""
    text = (ROOT / "Package.swift").read_text()
    return re.findall(r'^\s*"([\w/]+\.(?:cc|mm))",$', text, re.MULTILINE)


def folders(sources):
    return sorted({str(pathlib.PurePosixPath(source).parent) for source in sources})


def present(folder):
    """Sources of a folder that belong to the runtime, relative to src/."""
    files = [path for pattern in ("*.cc", "*.mm") for path in (ROOT / "src" / folder).glob(pattern)]
    names = {path.relative_to(ROOT / "src").as_posix() for path in files if not path.stem.endswith("_test")}
    return names - OTHER_BUILDS


def main():
    sources = listed()
    if "--list" in sys.argv[1:]:
        print("\n".join("src/" + source for source in sources))
        return 0
    there = set().union(*(present(folder) for folder in folders(sources)))
    problems = [f"Package.swift does not list {source}" for source in sorted(there - set(sources))]
    problems += [f"Package.swift lists {source}, which is not there" for source in sorted(set(sources) - there)]
    problems += [f"Package.swift lists {source} twice" for source in sorted(set(sources)) if sources.count(source) > 1]
    print("\n".join(problems) if problems else f"Package.swift lists all {len(sources)} sources")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
