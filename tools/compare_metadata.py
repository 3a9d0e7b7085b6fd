#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints in what the descriptions of two AOT packages differ; nothing, and exit code 0, if in nothing that matters.

    tools/compare_metadata.py [--any-order] GENUINE OURS      each a package folder, a .tcm, or a metadata.json

What does not matter: the order of fields, kernels and other arrays that stand for maps, dead keys, numbers in task names, and keys that
only the second has. --any-order also ignores offsets of fields (macOS and Linux order equal-sized fields differently).
"""
import json
import pathlib
import re
import sys
import zipfile

# Arrays that stand for maps: an element is known by these members.
KEYS = {"fields": ("field_name",), "kernels": ("name",), "required_caps": ("key",), "buffer_binds": ("binding",),
        "texture_binds": ("binding",), "arg_attribs_vec_": ("key",), "arr_access": ("key",), "argpack_types_": ("key",)}
DEAD = {"stride", "offset_in_mem", "is_jit_evaluator"}


def load(path):
    path = pathlib.Path(path)
    if path.is_dir():
        return json.loads((path / "metadata.json").read_text())
    if zipfile.is_zipfile(path):
        return json.loads(zipfile.ZipFile(path).read("metadata.json"))
    return json.loads(path.read_text())


def comparable(value, name=""):
    """The same data with maps as maps, and without what never matters."""
    if isinstance(value, dict):
        return {k: comparable(v, k) for k, v in value.items() if k not in DEAD}
    if isinstance(value, list):
        rows = [comparable(v) for v in value]
        if name not in KEYS:
            return rows
        return {", ".join(json.dumps(row[k]).strip('"') for k in KEYS[name]): row for row in rows}
    if name == "name" and isinstance(value, str):
        return re.sub(r"_c\d+_", "_cN_", value)
    return value


def differences(a, b, path=""):
    """One line for each place where two values differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in a:
            if key not in b:
                yield f"{path}/{key}: missing in the second; the first has {json.dumps(a[key])}"
            else:
                yield from differences(a[key], b[key], f"{path}/{key}")
        for key in b:
            if key not in a and isinstance(b[key], dict):  # an entry of a map; a new member of an entry may be ignored
                yield f"{path}/{key}: only in the second: {json.dumps(b[key])}"
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            yield f"{path}: {len(a)} elements, then {len(b)}"
        for i, (left, right) in enumerate(zip(a, b)):
            yield from differences(left, right, f"{path}[{i}]")
    elif a != b or type(a) is not type(b):
        yield f"{path}: {json.dumps(a)}, then {json.dumps(b)}"


def compare(genuine, ours, any_order=False):
    """The differences between two parsed metadata.json."""
    both = [comparable(genuine), comparable(ours)]
    if any_order:
        for data in both:
            for field in data["fields"].values():
                del field["mem_offset_in_parent"]
    return list(differences(*both))


def main():
    paths = [a for a in sys.argv[1:] if a != "--any-order"]
    if len(paths) != 2:
        sys.exit(__doc__)
    found = compare(load(paths[0]), load(paths[1]), "--any-order" in sys.argv)
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
