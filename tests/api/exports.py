#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""libtinsmith.so shows exactly the functions that tinsmith.h declares.

    exports.py HEADER LIBRARY
"""
import re
import subprocess
import sys


def main():
    header, library = sys.argv[1:]
    with open(header) as file:
        declared = set(re.findall(r"^TIN_API[^;]*?\b(tin_\w+)\(", file.read(), re.MULTILINE))
    listed = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    # Capital letters are global; the others cannot be seen from outside.
    exported = {line.split()[2] for line in listed.stdout.splitlines() if line.split()[1].isupper()}
    for name in sorted(declared ^ exported):
        print(f"{name}: {'declared, not exported' if name in declared else 'exported, not declared'}")
    print(f"{len(exported)} functions")
    return declared != exported


if __name__ == "__main__":
    sys.exit(main())
