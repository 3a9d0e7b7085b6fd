#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file under src/ includes a folder that its own folder may not depend on.

src/LAYERS holds one line a folder, `folder: folders it may include`. A folder inside another (runtime/vulkan) has a line
of its own. Headers from outside (<…>) that belong to one folder alone are listed below.
"""
import pathlib
import re
import sys

SRC = pathlib.Path(__file__).resolve().parent.parent / "src"
OUTSIDE = {  # prefix of a header: the only folders that may include it
    "spirv-tools/": {"spirv"},
    "spirv_cross/": {"msl"},
    "llvm/": {"air", "cpu"},
    "llvm-c/": {"air", "cpu"},
    "vulkan/": {"runtime/vulkan"},
    "pybind11/": set(),
    "Python.h": set(),
}


def read_layers(text):
    """{folder: allowed folders}; refuses a line that names an unknown or a later folder."""
    layers, problems = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        folder, _, names = line.partition(":")
        for name in names.split():
            # runtime may name runtime/vulkan's line nowhere; every other arrow points at a line above.
            if name not in layers and not (SRC / name).is_dir():
                problems.append(f"src/LAYERS:{number}: no such folder: {name}")
        layers[folder.strip()] = set(names.split())
    return layers, problems


def cycles(layers):
    """Folders that can reach themselves."""
    reach = {folder: set(allowed) for folder, allowed in layers.items()}
    for middle in reach:
        for folder in reach:
            if middle in reach[folder]:
                reach[folder] |= reach[middle]
    return [folder for folder in reach if folder in reach[folder]]


def check_file(path, layers):
    here = path.relative_to(SRC).parent.as_posix()
    if here not in layers:
        return [f"{path}: folder {here} has no line in src/LAYERS"]
    problems = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        own = re.match(r'\s*#\s*include\s+"(.+)/[^/]+"', line)
        if own and own[1] != here and own[1] not in layers[here]:
            problems.append(f"{path}:{number}: {here} may not include {own[1]}")
        outside = re.match(r"\s*#\s*include\s+<(.+)>", line)
        for prefix, folders in OUTSIDE.items():
            if outside and outside[1].startswith(prefix) and here not in folders:
                problems.append(f"{path}:{number}: {here} may not include <{outside[1]}>")
    return problems


def main():
    layers, problems = read_layers((SRC / "LAYERS").read_text())
    problems += [f"src/LAYERS: {folder} depends on itself" for folder in cycles(layers)]
    files = [p for p in sorted(SRC.rglob("*")) if p.suffix in {".h", ".cc", ".cpp", ".hpp", ".mm"}]
    for path in files:
        problems += check_file(path, layers)
    print("\n".join(problems) if problems else f"{len(files)} files keep to src/LAYERS")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
