#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bundles that must be refused, made of one that is good, for the tests of the C, C++ and Swift API.

    make.py GOOD OUT

GOOD is a folder with bundles for iOS and its simulator (tinsmith metal --target ios16,ios-sim16[,…]), of any package with a
field, a kernel with arguments and a graph. OUT gets a folder for each case, and index.tsv with a line for each:

    CASE <tab> WHEN <tab> REASON

WHEN is `open`, or `load on iOS` or `load on cpu`: then it opens, and is refused when it is loaded on such a device. REASON
is a part of the message. The same GOOD gives the same OUT.

A case is a function that changes a Bundles. Whether the hashes are made right again afterwards (as somebody who damages a
bundle on purpose would) is said by the decorator: `damaged` leaves them as they were, `forged` makes them fit, so that the
checks behind the hashes are reached.
"""
import hashlib
import json
import pathlib
import shutil
import sys

CASES = []
DEVICE, SIMULATOR = "iOS", "iOS simulator"


def damaged(reason, when="open"):
    return lambda change: CASES.append((change.__name__, change, False, when, reason)) or change


def forged(reason, when="open"):
    return lambda change: CASES.append((change.__name__, change, True, when, reason)) or change


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Bundles:
    """The files of a folder of bundles, by their paths, with the manifests taken apart."""

    def __init__(self, folder):
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
                      if path.suffix in (".json", ".metallib")}
        self.texts = {}  # what stands in place of a manifest or the index
        self.index = json.loads(self.files["manifest.json"])
        self.manifests = {entry["folder"]: json.loads(self.files[f"{entry['folder']}/manifest.json"])
                          for entry in self.index["variants"]}
        self.device, self.simulator = (self.folder_for(platform) for platform in (DEVICE, SIMULATOR))

    def folder_for(self, platform):
        return next(folder for folder, manifest in self.manifests.items()
                    if manifest["target"]["platform"] == platform)

    @property
    def manifest(self):
        return self.manifests[self.device]

    @property
    def kernel(self):
        return next(kernel for kernel in self.manifest["kernels"] if kernel["arguments"])

    @property
    def task(self):
        return self.kernel["tasks"][0]

    @property
    def library(self):
        return self.library_of(self.device)

    def library_of(self, folder):
        return f"{folder}/{self.manifests[folder]['libraries'][0]['file']}"

    def write(self, folder, sign):
        files = dict(self.files)
        for name, manifest in self.manifests.items():
            if sign:
                for library in manifest["libraries"]:
                    data = files.get(f"{name}/{library['file']}")
                    if data is not None:
                        library["sha256"] = sha256(data)
            path = f"{name}/manifest.json"
            if path in files and files[path] == self.files[path] and json.loads(self.files[path]) != manifest:
                files[path] = json.dumps(manifest, indent=1).encode()
        files |= {name: text for name, text in self.texts.items() if name != "manifest.json"}
        if sign:
            for entry in self.index["variants"]:
                path = f"{entry['folder']}/manifest.json"
                if path in files:
                    entry["sha256"] = sha256(files[path])
        if "manifest.json" in files:
            files["manifest.json"] = self.texts.get("manifest.json", json.dumps(self.index, indent=1).encode())
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def replace(self, name, text):
        self.texts[name] = text if isinstance(text, bytes) else text.encode()


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


# ---- Files that were damaged, cut or lost ---------------------------------------------------------


@damaged("SHA-256 differs")
def library_cut(b):
    b.files[b.library] = b.files[b.library][:len(b.files[b.library]) // 2]


@damaged("SHA-256 differs")
def library_with_a_flipped_bit(b):
    b.files[b.library] = flip(b.files[b.library], len(b.files[b.library]) // 2)


@damaged("SHA-256 differs")
def library_empty(b):
    b.files[b.library] = b""


@damaged("SHA-256 differs")
def library_longer_by_a_byte(b):
    b.files[b.library] += b"\0"


@damaged(".metallib")
def library_missing(b):
    del b.files[b.library]


@damaged("SHA-256 differs")
def simulator_library_damaged(b):
    name = b.library_of(b.simulator)
    b.files[name] = flip(b.files[name], 100)


@damaged("SHA-256 differs")
def hashes_of_libraries_swapped(b):
    one, other = (b.manifests[folder]["libraries"][0] for folder in (b.device, b.simulator))
    one["sha256"], other["sha256"] = other["sha256"], one["sha256"]


@damaged("SHA-256 differs")
def libraries_swapped(b):
    one, other = b.library, b.library_of(b.simulator)
    b.files[one], b.files[other] = b.files[other], b.files[one]


@damaged("SHA-256 differs")
def manifest_with_a_flipped_bit(b):
    name = f"{b.device}/manifest.json"
    b.replace(name, flip(b.files[name], len(b.files[name]) // 2))


@damaged("SHA-256 differs")
def hashes_of_manifests_swapped(b):
    one, other = b.index["variants"][:2]
    one["sha256"], other["sha256"] = other["sha256"], one["sha256"]


@damaged("manifest.json")
def manifest_missing(b):
    del b.files[f"{b.device}/manifest.json"]


@damaged("no package: it has no metadata.json")
def index_missing(b):
    del b.files["manifest.json"]


@damaged("the text ends too early")
def index_cut(b):
    text = b.files["manifest.json"]
    b.replace("manifest.json", text[:len(text) // 2])


@damaged("the text ends too early")
def index_empty(b):
    b.replace("manifest.json", "")


# ---- Libraries that are not what the manifest says, hashes right ----------------------------------


@forged("file size")
def forged_library_cut(b):
    b.files[b.library] = b.files[b.library][:len(b.files[b.library]) // 2]


@forged("header: expected 88 bytes, found 0 bytes")
def forged_library_empty(b):
    b.files[b.library] = b""


@forged("expected the letters MTLB")
def forged_library_of_another_kind(b):
    b.files[b.library] = b"\x7fELF" + b.files[b.library][4:]


@forged("the SHA-256 of its bitcode")
def forged_bitcode(b):
    # The code of the functions fills the end of the file.
    b.files[b.library] = flip(b.files[b.library], len(b.files[b.library]) - 40)


@forged("made for iOS simulator")
def simulator_library_as_that_of_a_device(b):
    b.files[b.library] = b.files[b.library_of(b.simulator)]


@forged("made for iOS ")
def device_library_as_that_of_the_simulator(b):
    b.files[b.library_of(b.simulator)] = b.files[b.library]


@forged("it has no function 'no_such_function'")
def function_missing_in_the_library(b):
    b.task["library"]["function"] = "no_such_function"


@forged("is not in its list")
def library_that_is_not_listed(b):
    b.task["library"]["file"] = "other.metallib"


@forged("is no name of a file")
def library_outside_of_the_folder(b):
    b.manifest["libraries"][0]["file"] = "../" + b.manifest["libraries"][0]["file"]


@forged("' twice")
def library_listed_twice(b):
    b.manifest["libraries"].append(dict(b.manifest["libraries"][0]))


# ---- The wrong system -----------------------------------------------------------------------------


@forged("its versions are not those of ios16")
def another_version_of_the_system(b):
    b.manifest["target"]["os"] = 15


@forged("its versions are not those of ios16")
def another_version_of_metal(b):
    b.manifest["target"]["msl"] = "9.0"


@forged("unknown target 'ios999'")
def unknown_system(b):
    b.manifest["target"]["name"] = "ios999"


@forged("the index says ios16")
def folders_swapped(b):
    one, other = b.device, b.simulator
    files = {name: data for name, data in b.files.items() if "/" in name}
    for name, data in files.items():
        folder, _, file = name.partition("/")
        if folder in (one, other):
            b.files[f"{other if folder == one else one}/{file}"] = data
    b.manifests[one], b.manifests[other] = b.manifests[other], b.manifests[one]
    for folder in (one, other):
        b.replace(f"{folder}/manifest.json", b.files[f"{folder}/manifest.json"])


@forged("native_float_atomics is not what the index says")
def index_that_lies_about_atomics(b):
    b.index["variants"][0]["native_float_atomics"] = not b.index["variants"][0]["native_float_atomics"]


@forged("is of another package than")
def bundles_of_two_packages(b):
    b.manifests[b.simulator]["package_sha256"] = "0" * 64


@forged("is of another package than")
def bundles_with_other_fields(b):
    b.manifests[b.simulator]["fields"][0]["name"] += "_"


@forged("no library for this device", when="load on iOS")
def simulator_alone(b):
    for folder in [folder for folder in b.manifests if folder != b.simulator]:
        for name in [name for name in b.files if name.startswith(folder + "/")]:
            del b.files[name]
        del b.manifests[folder]
    b.index["variants"] = [entry for entry in b.index["variants"] if entry["folder"] == b.simulator]


# ---- Manifests ------------------------------------------------------------------------------------


@forged("format 1, and this version reads")
def older_format(b):
    b.index["format"] = 1


@forged("format 2, and this version reads")
def older_format_of_a_bundle(b):
    b.manifest["format"] = 2


@forged("format 99, and this version reads")
def newer_format(b):
    b.index["format"] = 99


@forged("format: expected an integer, found string")
def format_in_words(b):
    b.index["format"] = "three"


@damaged("format: is missing")
def manifest_of_a_web_page(b):
    b.replace("manifest.json", '{"name": "My app", "start_url": "/", "icons": []}')


@damaged("expected an object")
def index_is_a_list(b):
    b.replace("manifest.json", "[3]")


@damaged("nested too deeply")
def index_nested_too_deep(b):
    b.replace("manifest.json", '{"format": 3, "variants": ' + "[" * 100000 + "]" * 100000 + "}")


@damaged("something follows the value")
def index_with_something_after_its_end(b):
    b.replace("manifest.json", b.files["manifest.json"] + b"{}")


@damaged("this is not UTF-8")
def index_that_is_not_utf_8(b):
    b.replace("manifest.json", b.files["manifest.json"].replace(b'"folder"', b'"fold\xff\xfeer"', 1))


@damaged("has the name 'format' twice")
def index_with_a_key_twice(b):
    b.replace("manifest.json", b.files["manifest.json"].replace(b'"format": 3', b'"format": 3, "format": 3', 1))


@damaged("expected a value")
def index_with_nan(b):
    b.replace("manifest.json", '{"format": NaN, "variants": []}')


@forged("no variant")
def index_of_nothing(b):
    b.index["variants"] = []


@forged("variants: expected an array")
def index_of_a_number(b):
    b.replace("manifest.json", '{"format": 3, "variants": 7}')


@forged("is no name of a folder")
def folder_outside(b):
    b.index["variants"][0]["folder"] = ".."


@forged("its folder stands twice")
def folder_twice(b):
    b.index["variants"].append(dict(b.index["variants"][0]))


@forged("root_bytes: is missing")
def manifest_without_the_size_of_its_fields(b):
    del b.manifest["root_bytes"]


@forged("kernels: expected an array, found object")
def kernels_that_are_no_list(b):
    b.manifest["kernels"] = {}


@forged("threads: expected an integer, found string")
def threads_in_words(b):
    b.task["threads"] = "many"


@forged("threads: number out of range")
def fewer_threads_than_none(b):
    b.task["threads"] = -1


@forged("threads: expected an integer")
def half_a_thread(b):
    b.task["threads"] = 0.5


@forged("root_bytes: number out of range")
def fields_of_huge_size(b):
    b.manifest["root_bytes"] = 2**40


@forged("root_bytes: expected an integer")
def fields_of_a_size_beyond_all_integers(b):
    b.manifest["root_bytes"] = 10**40


@forged("unknown word 'range_forever'")
def unknown_kind_of_task(b):
    b.task["type"] = "range_forever"


@forged("unknown word 'sometimes'")
def unknown_access(b):
    b.task["buffers"][0]["access"] = "sometimes"


@forged("unknown type 'f33'")
def unknown_type_of_a_field(b):
    b.manifest["fields"][0]["dtype"] = "f33"


@forged("library: expected an object")
def task_without_a_function(b):
    b.task["library"] = "package.metallib"


# ---- What cannot be run ---------------------------------------------------------------------------


@forged("Metal has no buffer index 31")
def buffer_index_beyond_those_of_metal(b):
    b.task["buffers"][0]["index"] = 31


@forged("Metal buffer index ")
def buffer_index_twice(b):
    buffers = b.task["buffers"]
    buffers.append({**buffers[0], "binding": max(buffer["binding"] for buffer in buffers) + 1})


@forged("is too large")
def binding_of_huge_number(b):
    b.task["buffers"][0]["binding"] = 4000000000


@forged("which its description does not have", when="load on cpu")
def buffer_of_another_index(b):
    for manifest in b.manifests.values():
        kernels = {kernel["name"]: kernel for kernel in manifest["kernels"]}
        task = kernels[b.kernel["name"]]["tasks"][0]
        next(buffer for buffer in task["buffers"] if "index" in buffer)["index"] = 23


@forged("an empty group")
def group_of_no_threads(b):
    b.task["group_size"] = 0


@forged("a group is larger than Metal's")
def group_of_too_many_threads(b):
    b.task["group_size"] = 2048


@forged("too many threads")
def more_threads_than_a_grid_has(b):
    b.task["threads"] = 2**62


@forged("the root buffer has")
def field_beyond_the_root(b):
    b.manifest["fields"][0]["offset"] = b.manifest["root_bytes"]


@forged("the root buffer has")
def field_whose_size_overflows(b):
    b.manifest["fields"][0]["shape"] = [2**31, 2**31, 2**31]


@forged("the arguments need")
def arguments_beyond_their_block(b):
    b.kernel["args_bytes"] = 1


@forged("bytes for arguments")
def arguments_of_a_gigabyte(b):
    b.kernel["args_bytes"] = 2**30


@forged("has another index than its place")
def argument_at_another_place(b):
    b.kernel["arguments"][0]["index"] = [77]


@forged("is no root buffer")
def field_tree_of_negative_number(b):
    task = next(task for kernel in b.manifest["kernels"] for task in kernel["tasks"]
                if any(buffer["kind"] == "root" for buffer in task["buffers"]))
    next(buffer for buffer in task["buffers"] if buffer["kind"] == "root")["tree"] = -1


@forged("two kernels have the name")
def kernel_twice(b):
    b.manifest["kernels"].append(json.loads(json.dumps(b.manifest["kernels"][0])))


@forged("no kernel 'no_such_kernel'")
def graph_of_a_kernel_that_is_not_there(b):
    b.manifest["graphs"][0]["dispatches"][0]["kernel"] = "no_such_kernel"


@forged("takes ")
def graph_with_an_argument_too_few(b):
    next(dispatch for graph in b.manifest["graphs"] for dispatch in graph["dispatches"]
         if dispatch["arguments"])["arguments"].pop()


def main():
    good, out = map(pathlib.Path, sys.argv[1:])
    shutil.rmtree(out, ignore_errors=True)
    lines = []
    for name, change, sign, when, reason in CASES:
        bundles = Bundles(good)
        change(bundles)
        bundles.write(out / name, sign)
        lines.append(f"{name}\t{when}\t{reason}\n")
    (out / "index.tsv").write_text("".join(lines))
    print(f"{len(lines)} bundles to refuse in {out}")


if __name__ == "__main__":
    main()
