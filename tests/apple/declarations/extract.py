#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes apple.txt: what Apple itself says of the declarations that the stand-in headers repeat.

    extract.py OURS [-o apple.txt] [--wheels FOLDER]

OURS is what `print_declarations` prints; only what it names is extracted. Two public wheels are read (pip downloads them
where --wheels does not hold them); nothing of them is executed:

 * PyObjC's bundles for Metal and Foundation were compiled by Apple's clang against Apple's SDK. The protocol metadata in them
   (Mach-O, section __objc_protolist) is the SDK's own account: every method with its full type encoding. PyObjC's tables
   name enumerators, functions and constants, made by clang from the SDK's headers.
 * mlx 0.2.0 carries metal-cpp for macOS 13.3 and iOS 16.4, Apple's C++ headers: one inline function around each message.
   What stands there was there in iOS 16.4, whatever newer SDKs have.
"""
import argparse
import ast
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

PYOBJC = "12.2.2"
PIP = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--implementation", "cp"]
DOWNLOADS = {
    "pyobjc_framework_[Mm]etal-*.whl": [f"pyobjc-framework-Metal=={PYOBJC}", "3.12", "cp312", "macosx_10_13_universal2"],
    "pyobjc_framework_[Cc]ocoa-*.whl": [f"pyobjc-framework-Cocoa=={PYOBJC}", "3.12", "cp312", "macosx_10_13_universal2"],
    "mlx-0.2.0-*.whl": ["mlx==0.2.0", "3.11", "cp311", "macosx_13_0_arm64"],
}


def wheel(folder, pattern):
    found = sorted(folder.glob(pattern))
    if not found:
        package, python, abi, platform = DOWNLOADS[pattern]
        subprocess.run([*PIP, "-d", folder, "--python-version", python, "--abi", abi, "--platform", platform, package],
                       check=True)
        found = sorted(folder.glob(pattern))
    return zipfile.ZipFile(found[0])


class Image:
    """A Mach-O file for arm64, as far as protocol metadata goes."""
    ARM64 = 0x0100000C
    LC_SEGMENT_64 = 0x19
    TARGET = (1 << 36) - 1  # a chained fixup keeps its target here; so does a plain pointer of a small image
    BIND = 1 << 63  # … unless this bit says that it names a symbol of another image

    def __init__(self, data):
        self.data, self.segments, self.sections = self.slice_of(data), [], {}
        count = struct.unpack_from("<I", self.data, 16)[0]
        at = 32
        for _ in range(count):
            command, size = struct.unpack_from("<II", self.data, at)
            if command == self.LC_SEGMENT_64:
                self.read_segment(at)
            at += size

    def slice_of(self, data):
        magic, count = struct.unpack_from(">II", data, 0)
        if magic != 0xCAFEBABE:
            return data
        for i in range(count):
            cpu, _, offset, size, _ = struct.unpack_from(">IIIII", data, 8 + 20 * i)
            if cpu == self.ARM64:
                return data[offset:offset + size]
        raise SystemExit("no arm64 in this file")

    def read_segment(self, at):
        address, size, offset, file_size = struct.unpack_from("<QQQQ", self.data, at + 24)
        self.segments.append((address, size, offset))
        for i in range(struct.unpack_from("<I", self.data, at + 64)[0]):
            section = at + 72 + 80 * i
            name = self.data[section:section + 16].rstrip(b"\0").decode()
            self.sections[name] = struct.unpack_from("<QQ", self.data, section + 32)

    def at(self, address):
        for begin, size, offset in self.segments:
            if begin <= address < begin + size:
                return offset + address - begin
        raise SystemExit(f"no segment holds address {address:#x}")

    def number(self, kind, address):
        return struct.unpack_from(kind, self.data, self.at(address))[0]

    def pointer(self, address):
        raw = self.number("<Q", address)
        return 0 if raw & self.BIND else raw & self.TARGET

    def string(self, address):
        start = self.at(address)
        return self.data[start:self.data.index(b"\0", start)].decode()

    def methods(self, methods):
        """(selector, encoding) of a method list, in either of its two layouts."""
        if not methods:
            return
        entry, count = self.number("<I", methods), self.number("<I", methods + 4)
        for i in range(count):
            if entry & 0x80000000:  # offsets from themselves
                at = methods + 8 + 12 * i
                name = self.pointer(at + self.number("<i", at))
                yield self.string(name), self.string(at + 4 + self.number("<i", at + 4))
            else:
                at = methods + 8 + (entry & 0xFFFC) * i
                yield self.string(self.pointer(at)), self.string(self.pointer(at + 8))

    def protocols(self):
        """(protocol, "parent", parent) and (protocol, "-selector", encoding)."""
        begin, size = self.sections["__objc_protolist"]
        for address in range(begin, begin + size, 8):
            yield from self.protocol(self.pointer(address))

    def protocol(self, protocol):
        name = self.string(self.pointer(protocol + 8))
        parents = self.pointer(protocol + 16)
        for i in range(self.pointer(parents) if parents else 0):
            yield name, "parent", self.string(self.pointer(self.pointer(parents + 8 + 8 * i) + 8))
        extended = self.pointer(protocol + 72) if self.number("<I", protocol + 64) >= 80 else 0
        index = 0
        for slot, kind in enumerate("-+-+"):  # required, then optional
            for selector, encoding in self.methods(self.pointer(protocol + 24 + 8 * slot)):
                if extended:
                    encoding = self.string(self.pointer(extended + 8 * index))
                index += 1
                yield name, kind + selector, encoding


class MetalCpp:
    """metal-cpp's headers. Every method is one inline function around one message, so a regular expression reads them."""
    METHOD = re.compile(r"_(?P<ns>MTL|NS)_INLINE (?P<result>[^\n]*?)\s*(?:MTL|NS)::(?P<cls>\w+)::(?P<name>\w+)"
                        r"\((?P<parameters>[^{;]*?)\)(?: const)?\s*\{\s*(?:return )?(?:NS::)?Object::sendMessage(?:Safe)?<[^;]*?"
                        r"\((?P<receiver>this|_\w+_PRIVATE_CLS\(\w+\)), _(?:MTL|NS)_PRIVATE_SEL\((?P<selector>\w+)\)", re.S)
    SELECTOR = re.compile(r'_(?:MTL|NS)_PRIVATE_DEF_SEL\((\w+),\s*"([^"]+)"\)')
    CLASS = re.compile(r"^class (\w+) : public NS::(?:Referencing|Copying)<\w+(?:, (\w+))?>", re.M)
    ENUM = re.compile(r"_(?:MTL|NS)_(?:ENUM|OPTIONS)\(([\w:]+), (\w+)\)")
    SCALARS = {"void": "v", "bool": "B", "NS::UInteger": "Q", "UInteger": "Q", "NS::Integer": "q", "Integer": "q",
               "uint64_t": "Q", "uint32_t": "I", "float": "f", "double": "d", "uint8_t": "C", "CFTimeInterval": "d", "int": "i",
               "long long": "q", "const char*": "r*", "MTL::Size": "{?=QQQ}", "NS::Range": "{_NSRange=QQ}",
               "NS::OperatingSystemVersion": "{?=qqq}", "dispatch_data_t": "@"}

    def __init__(self, zipped, root):
        names = [n for n in zipped.namelist() if n.startswith(root) and n.endswith(".hpp") and "SingleHeader" not in n]
        texts = [zipped.read(n).decode() for n in sorted(names)]
        self.selectors, self.enums, self.methods, self.parents = {}, {}, set(), set()
        for text in texts:
            self.selectors.update(self.SELECTOR.findall(text))
            self.enums.update({"MTL::" + name: self.SCALARS[base] for base, name in self.ENUM.findall(text)
                               if base in self.SCALARS})
            if "namespace MTL" in text:
                self.parents.update(("MTL" + name, "parent", "MTL" + parent if parent else "NSObject")
                                    for name, parent in self.CLASS.findall(text))
        for text in texts:
            for method in self.METHOD.finditer(text):
                self.add(method)

    def encode(self, cpp):
        """The encoding of a C++ type, objects without their class; `?` where it is not known."""
        cpp = cpp.replace("class ", "").replace("const char *", "const char*").strip()
        if cpp.startswith("const ") and "*" not in cpp:
            cpp = cpp[len("const "):]
        if cpp in self.SCALARS:
            return self.SCALARS[cpp]
        if cpp in self.enums:
            return self.enums[cpp]
        if "(^)" in cpp or cpp.endswith(("Handler", "Block")):
            return "@?"
        if found := re.fullmatch(r"(const )?void\s*\*", cpp):
            return ("r" if found[1] else "") + "^v"
        if re.fullmatch(r"(NS::)?Error\s*\*\*", cpp):
            return "^@"
        if re.fullmatch(r"(const )?(?:NS::|MTL::)?\w+\s*\* const\s*(\*|\[\])?|(?:const )?(?:NS|MTL)::Object\* const\*", cpp):
            return "r^@"
        if re.fullmatch(r"(?:const )?(?:NS::|MTL::)?[A-Z]\w*(<[\w:]+>)?\s*\*", cpp) or cpp in ("NS::ErrorDomain", "ErrorDomain", "_Object*"):
            return "@"
        return "?"

    def add(self, method):
        parameters = re.findall(r"(?:[^,(]|\([^)]*\))+", method["parameters"])
        types = [self.encode(p if "(^" in p else re.sub(r"\w+(\[\])?$", r"\1", p.strip())) for p in parameters]
        selector = self.selectors.get(method["selector"])
        if not selector or selector.count(":") != len(types):
            return
        kind = "-" if method["receiver"] == "this" else "+"
        signature = f"{self.encode(method['result'])}({', '.join(types)})"
        self.methods.add((method["ns"] + method["cls"], kind + selector, signature))


def literal(text, name):
    """The value of `name = """ + "..." + """` in a table of PyObjC's."""
    return ast.literal_eval(re.search(rf"^{name} = (\"\"\".*?\"\"\")$", text, re.S | re.M)[1])


def lines_of(ours, wheels):
    wanted = {(o[0], o[1]) for o in ours}
    names = {o[0] for o in ours}
    metal, cocoa, mlx = (wheel(wheels, pattern) for pattern in DOWNLOADS)
    for zipped, member in ((metal, "Metal/_Metal"), (cocoa, "Foundation/_Foundation")):
        file = next(n for n in zipped.namelist() if n.startswith(member))
        protocols = list(Image(zipped.read(file)).protocols())
        for _ in range(3):  # parents' parents
            names |= {value for name, what, value in protocols if what == "parent" and name in names}
        for name, what, value in protocols:
            if what == "parent" and name in names or (name, what) in wanted:
                yield ("sdk", name, what, value)
    metal_cpp = MetalCpp(mlx, "mlx/include/metal_cpp/")
    for name, what, value in metal_cpp.methods | metal_cpp.parents:
        if (name, what) in wanted:
            yield ("metal-cpp", name, what, value)
    table = metal.read("Metal/_metadata.py").decode()
    values = dict(re.findall(r"\$?(\w+)@(-?\d+)", literal(table, "enums")))
    constants = set(re.findall(r"\w+", literal(table, "constants")))
    for _, name, *_ in (o for o in ours if o[0] == "enumerator"):
        if name in values:
            yield ("sdk", "enumerator", name, values[name])
    for _, name, *_ in (o for o in ours if o[0] == "constant"):
        if name in constants:
            yield ("sdk", "constant", name, "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours", type=pathlib.Path)
    parser.add_argument("-o", type=pathlib.Path, default=pathlib.Path(__file__).parent / "apple.txt")
    parser.add_argument("--wheels", type=pathlib.Path)
    arguments = parser.parse_args()
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    import compare
    ours = compare.ours(arguments.ours.read_text())
    with tempfile.TemporaryDirectory() as folder:
        lines = sorted({"\t".join(line) for line in lines_of(ours, arguments.wheels or pathlib.Path(folder))})
    head = f"# Made by extract.py of pyobjc-framework-Metal and -Cocoa {PYOBJC} and of mlx 0.2.0 (metal-cpp of iOS 16.4).\n"
    arguments.o.write_text(head + "\n".join(lines) + "\n")
    print(f"{arguments.o}: {len(lines)} declarations of Apple's")


if __name__ == "__main__":
    main()
