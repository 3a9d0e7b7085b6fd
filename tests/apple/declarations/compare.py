#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the stand-in headers with Apple's own account of them (apple.txt, which extract.py makes).

    compare.py OURS APPLE        OURS: what print_declarations prints

Every method, property, parent protocol, enumerator and constant of the headers must be in Apple's account with the same types, or
stand in UNTOLD below; and nothing that is called may be newer than the oldest system that the library supports.
"""
import pathlib
import re
import sys

HEADERS = pathlib.Path(__file__).parent.parent / "objc" / "include"
OLDEST = {"ios": (16, 0), "macos": (13, 0)}

# Neither in a protocol nor in metal-cpp, so taken on trust.
UNTOLD = {
    "NSArray -objectAtIndexedSubscript:": "the compiler calls it for array[index]",
    "NSData +dataWithContentsOfFile:": "apps in tests",
    "NSData +dataWithContentsOfURL:": "apps in tests",
    "NSData -bytes": "apps in tests",
    "NSDictionary -objectForKeyedSubscript:": "the compiler calls it for dictionary[key]",
    "NSJSONSerialization +JSONObjectWithData:options:error:": "apps in tests",
    "NSNull +null": "apps in tests",
    "NSObject +alloc": "the language",
    "NSObject +class": "the language",
    "NSObject +new": "the language",
    "NSObject -copy": "the language",
    "NSObject -dealloc": "the language",
    "NSObject -init": "the language",
    "NSString +stringWithFormat:": "apps in tests",
    "NSString +stringWithUTF8String:": "the Metal device",
    "NSString -hasPrefix:": "apps in tests",
    "NSString -stringByAppendingPathComponent:": "apps in tests",
    "NSURL -URLByAppendingPathComponent:": "apps in tests",
    "NSURL -path": "the fake Metal",
}
# Where what a class overrides is declared.
ANCESTORS = ("NSObject", "NSString", "NSCopying", "NSFastEnumeration")

# One type of an encoding, without the offset after it: a block with its signature, an object, a pointer, a struct, a letter.
TYPE = re.compile(r'(@\?<(?:[^<>]|<[^<>]*>)*>|@\?|@"[^"]*"|[rnNoORV]*\^?[rnNoORV]*(?:\{[^}]*\}|\[[^\]]*\]|\^?[a-zA-Z@#:*?]))\d*')


def ours(text):
    """(owner, what, value) of what print_declarations prints and of what stands in the headers."""
    lines = []
    for line in text.splitlines():
        owner, kind, what, *value = line.split("\t")
        lines.append((owner, "parent", what) if kind == "inherits" else (owner, what, value[0]))
    header = "\n".join(path.read_text() for path in sorted(HEADERS.glob("Metal/*.h")))
    for name, value in re.findall(r"\b(MTL\w+)(?: API_\w+\([^\n]*\))? = ([^,}\n]+),", header):
        lines.append(("enumerator", name, str(eval(value, {}))))
    for name in re.findall(r'extern "C" NS\w+ const (MTL\w+)', header):
        lines.append(("constant", name, ""))
    return lines


def plain(encoding):
    """'@"<MTLBuffer>"32@0:8Q16Q24' → '@(Q, Q)': without offsets and classes, as metal-cpp tells it."""
    types = [re.sub(r'@\?<.*|@"\?".*', "@?", t) for t in TYPE.findall(encoding)]
    types = [re.sub(r'@"[^"]*"', "@", t) for t in types]
    return f"{types[0]}({', '.join(types[3:])})"


def inherits(owner, parent, sdk):
    parents = sdk.get((owner, "parent"), set())
    return parent in parents or any(inherits(each, parent, sdk) for each in parents)


def difference(owner, what, value, sdk, cpp):
    """What is wrong with a declaration of ours; None where nothing is."""
    if what == "parent" and (owner, what) in sdk:
        return None if inherits(owner, value, sdk) else f"{owner} does not inherit from {value}"
    for name in (owner, *(ANCESTORS if owner.startswith("NS") or what == "-init" else ())):
        # A class says less than a protocol: its objects have no class.
        is_class = owner.startswith("NS")
        if theirs := sdk.get((name, what)):
            same = value in theirs or is_class and plain(value) in map(plain, theirs)
            return None if same else f"{owner} {what}: ours is {value!r}, Apple's {sorted(theirs)}"
        if theirs := cpp.get((name, what)):
            same = value in theirs or what != "parent" and plain(value) in theirs
            return None if same else f"{owner} {what}: ours is {value!r}, metal-cpp's {sorted(theirs)}"
        if f"{name} {what}" in UNTOLD:
            return None
    return f"{owner} {what} {value}: no such declaration in Apple's accounts"


def too_new():
    """Declarations that the oldest system lacks, by the versions that stand beside them."""
    for path in sorted(HEADERS.glob("*/*.h")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for system, major, minor in re.findall(r"(ios|macos)\((\d+)\.(\d+)\)", line):
                if (int(major), int(minor)) > OLDEST[system]:
                    yield f"{path.name}:{number}: newer than {system} {'.'.join(map(str, OLDEST[system]))}"


def not_printed(mine):
    """Protocols and classes of the headers that print_declarations leaves out."""
    text = "\n".join(path.read_text() for path in HEADERS.glob("*/*.h"))
    printed = {owner for owner, *_ in mine}
    for kind, name in re.findall(r"^(@protocol|__attribute__.*@interface|@interface) (\w+)(?! *;)\b", text, re.M):
        if name not in printed and f"@protocol {name};" not in text:
            yield f"print_declarations says nothing of {kind.split()[-1]} {name}"


def main():
    mine = ours(pathlib.Path(sys.argv[1]).read_text())
    accounts = {"sdk": {}, "metal-cpp": {}}
    for line in pathlib.Path(sys.argv[2]).read_text().splitlines():
        if not line.startswith("#"):
            source, owner, what, value = line.split("\t")
            accounts[source].setdefault((owner, what), set()).add(value)
    wrong = [w for declaration in mine if (w := difference(*declaration, accounts["sdk"], accounts["metal-cpp"]))]
    wrong += [f"{o} {w}: metal-cpp for iOS 16.4 does not have it, so it may be newer" for o, w, _ in mine
              if o.startswith("MTL") and w not in ("parent", "-init") and (o, w) not in accounts["metal-cpp"]]
    wrong += [*too_new(), *not_printed(mine)]
    wrong += [f"{name} is declared no more, or told: take it out of UNTOLD" for name in UNTOLD
              if not any(f"{o} {w}" == name for o, w, _ in mine)
              or tuple(name.split()) in accounts["sdk"] | accounts["metal-cpp"]]
    print("\n".join(wrong) or f"{len(mine)} declarations are Apple's; {len(UNTOLD)} of them on trust")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
