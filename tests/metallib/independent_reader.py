# SPDX-License-Identifier: Apache-2.0
"""A second reader of .metallib files, written from the description of the format alone and sharing nothing with src/metallib.

What both agree on is then a fact about the file, not an idiom of ours. It is short and slow, and refuses what is odd:

  python3 tests/metallib/independent_reader.py X.metallib     prints what is in it, as JSON
"""
import hashlib
import json
import struct
import sys

PLATFORMS = {1: "macOS", 2: "iOS", 3: "tvOS", 4: "watchOS", 5: "bridgeOS", 6: "Mac Catalyst", 7: "iOS simulator",
             8: "tvOS simulator", 9: "watchOS simulator", 10: "DriverKit", 11: "visionOS"}
TYPES = ["vertex", "fragment", "kernel", "unqualified", "visible", "extern", "intersection", "mesh", "object"]
LINKED = ["NAME", "TYPE", "HASH", "MDSZ", "OFFT", "VERS"]
FULL = ["NAME", "TYPE", "HASH", "OFFT", "VERS", "MDSZ"]


class Odd(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Odd(what)


def read_tags(data, at):
    """The tags from `at` on as (code, payload), and the offset past ENDT."""
    tags = []
    while True:
        expect(at + 4 <= len(data), f"{at}: a group without ENDT")
        code = data[at:at + 4].decode("ascii")
        if code == "ENDT":
            return tags, at + 4
        width = "<I" if code in ("RBUF", "SBUF", "SARC") else "<H"
        (size,) = struct.unpack_from(width, data, at + 4)
        begin = at + 4 + struct.calcsize(width)
        expect(begin + size <= len(data), f"{at}: tag {code} runs past the end")
        tags.append((code, data[begin:begin + size]))
        at = begin + size


def c_string(payload):
    expect(len(payload) > 1 and payload.index(0) == len(payload) - 1, f"no C string: {payload!r}")
    return payload[:-1].decode()


def read_constants(payload):
    (count,) = struct.unpack_from("<H", payload)
    at, constants = 2, []
    for _ in range(count):
        end = payload.index(0, at)
        kind, index, active = struct.unpack_from("<BHB", payload, end + 1)
        constants.append({"name": payload[at:end].decode(), "data_type": kind, "index": index, "active": bool(active)})
        at = end + 5
    expect(at == len(payload), "bytes after the last constant")
    return constants


def check_blob(name, blob):
    """Wrapper, bitcode, zeros to a multiple of 16."""
    magic, version, offset, size, cpu = struct.unpack_from("<5I", blob)
    expect((magic, version, offset, cpu) == (0x0B17C0DE, 0, 20, 0xFFFFFFFF), f"{name}: wrapper")
    expect(blob[20:24] == b"BC\xC0\xDE", f"{name}: no bitcode in the wrapper")
    expect(len(blob) == (20 + size + 15) // 16 * 16, f"{name}: {len(blob)} bytes for {size} of bitcode")
    expect(not any(blob[20 + size:]), f"{name}: padding is not zero")


def read_header(data):
    expect(data[:4] == b"MTLB" and len(data) >= 88, "no MTLB")
    major, minor, patch, kind, platform, os_major, os_minor, os_patch, size = struct.unpack_from("<HHHBBHBBQ", data, 4)
    expect(size == len(data), f"size {size}, the file has {len(data)}")
    expect(platform & 0x80, "not 64 bits")
    expect(bool(major & 0x8000) == (platform & 0x7F == 1), "the mark of macOS and the platform differ")
    return {"container": f"{major & 0x7FFF}.{minor}.{patch}", "file_type": kind, "platform": PLATFORMS[platform & 0x7F],
            "os": f"{os_major}.{os_minor}.{os_patch}"}


class Sections:
    def __init__(self, data):
        (self.list_at, self.list_size, self.public_at, self.public_size, self.private_at, self.private_size, self.blob_at,
         self.blob_size) = struct.unpack_from("<8Q", data, 24)
        expect(self.list_at == 88, "the function list does not follow the header")
        expect(self.public_at + self.public_size == self.private_at, "public and private metadata do not touch")
        expect(self.private_at + self.private_size == self.blob_at, "private metadata and bitcode do not touch")
        self.reflection_at = self.reflection_size = self.name_at = self.name_size = 0


def read_extension(data, sections, library):
    at = sections.list_at + 4 + sections.list_size
    tags, end = read_tags(data, at)
    expect(end == sections.public_at, "the header extension does not end at the public metadata")
    rest = sections.blob_at + sections.blob_size
    for code, payload in tags:
        if code == "UUID":
            expect(len(payload) == 16 and payload[6] >> 4 == 3 and payload[8] >> 6 == 2, "no UUID of version 3")
            library["uuid"] = payload.hex()
            continue
        expect(code in ("HDYN", "RLST"), f"header tag {code}")
        begin, size = struct.unpack("<QQ", payload)
        expect(begin == rest, f"section {code} at {begin}, not at {rest}")
        rest += size
        if code == "HDYN":
            inside, end = read_tags(data, begin)
            expect([c for c, _ in inside] == ["NAME"] and end == rest, "HDYN holds more than a name")
            library["name"] = c_string(inside[0][1])
        else:
            sections.reflection_at, sections.reflection_size = begin, size
    expect(rest == len(data), f"{len(data) - rest} bytes after the last section")


def read_function(data, at, number):
    (size,) = struct.unpack_from("<I", data, at)
    tags, end = read_tags(data, at + 4)
    expect(end == at + size, f"function {number}: group of {end - at} bytes says {size}")
    codes = [code for code, _ in tags]
    expect(codes in (LINKED, FULL, FULL + ["RFLT"]), f"function {number}: tags {codes}")
    return dict(tags), "linked" if codes == LINKED else "full", end


class Walk:
    """Where the next group of each section must begin: groups lie back to back, in the order of the functions."""
    def __init__(self):
        self.public = self.private = self.blob = 0
        self.reflection = 4


def read_metadata(data, at, layout):
    (size,) = struct.unpack_from("<I", data, at)
    tags, end = read_tags(data, at + 4)
    expect(size == end - at - (4 if layout == "linked" else 0), f"{at}: group of {end - at} bytes says {size}")
    return dict(tags), end - at


def read_contents(data, sections, tags, layout, walk):
    name = c_string(tags["NAME"])
    public, private, blob_at = struct.unpack("<3Q", tags["OFFT"])
    expect((public, private, blob_at) == (walk.public, walk.private, walk.blob), f"{name}: offsets leave a gap")
    (size,) = struct.unpack("<Q", tags["MDSZ"])
    blob = data[sections.blob_at + blob_at:sections.blob_at + blob_at + size]
    expect(blob_at + size <= sections.blob_size, f"{name}: bitcode runs past its section")
    expect(hashlib.sha256(blob).digest() == tags["HASH"], f"{name}: hash")
    check_blob(name, blob)
    publics, public_size = read_metadata(data, sections.public_at + public, layout)
    privates, private_size = read_metadata(data, sections.private_at + private, layout)
    expect(set(publics) <= {"CNST"} and not privates, f"{name}: metadata {list(publics)} {list(privates)}")
    air_major, air_minor, msl_major, msl_minor = struct.unpack("<4H", tags["VERS"])
    function = {"name": name, "type": TYPES[tags["TYPE"][0]], "air": f"{air_major}.{air_minor}",
                "msl": f"{msl_major}.{msl_minor}", "bytes": size, "sha256": tags["HASH"].hex(),
                "constants": read_constants(publics["CNST"]) if "CNST" in publics else []}
    walk.public, walk.private, walk.blob = walk.public + public_size, walk.private + private_size, walk.blob + size
    if "RFLT" in tags:
        (at,) = struct.unpack("<Q", tags["RFLT"])
        expect(at == walk.reflection, f"{name}: reflection leaves a gap")
        inside, group_size = read_metadata(data, sections.reflection_at + at, "full")
        expect(list(inside) == ["RBUF"], f"{name}: reflection {list(inside)}")
        walk.reflection += group_size
    return function


def read(data):
    library = {**read_header(data), "layout": None, "name": None, "uuid": None, "functions": []}
    sections = Sections(data)
    read_extension(data, sections, library)
    (count,) = struct.unpack_from("<I", data, sections.list_at)
    at, walk, reflections = sections.list_at + 4, Walk(), 0
    for number in range(count):
        tags, layout, at = read_function(data, at, number)
        expect(library["layout"] in (None, layout), f"function {number}: the layout changes")
        library["layout"] = layout
        library["functions"].append(read_contents(data, sections, tags, layout, walk))
        reflections += "RFLT" in tags
    expect(at == sections.list_at + 4 + sections.list_size, "the function list is longer than its functions")
    expect(walk.public == sections.public_size and walk.private == sections.private_size, "metadata without a function")
    expect(walk.blob == sections.blob_size, "bitcode without a function")
    if sections.reflection_size:
        expect(struct.unpack_from("<I", data, sections.reflection_at)[0] == reflections, "count of reflections")
        expect(walk.reflection == sections.reflection_size, "a reflection without a function")
    names = [function["name"] for function in library["functions"]]
    expect(len(set(names)) == len(names), "a name occurs twice")
    return library


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(json.dumps(read(file.read()), indent=2))
