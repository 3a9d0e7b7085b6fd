# SPDX-License-Identifier: Apache-2.0
"""`tinsmith inspect` and the independent reader say the same of a library: ours of each package, both layouts, Apple's."""
import json
import os
import pathlib
import subprocess

import pytest

import independent_reader

TINSMITH = os.environ["TINSMITH"]
BUILD = pathlib.Path(os.environ["TINSMITH_BUILD"])
DATA = pathlib.Path(__file__).resolve().parent.parent / "data" / "taichi"
PACKAGES = sorted(p.parent.name for p in DATA.glob("*/package") if p.parent.name != "k_llvm_package")
APPLE = sorted(pathlib.Path(os.environ.get("TINSMITH_APPLE_LIBRARIES", BUILD / "apple")).rglob("*.metallib"))


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


def libraries(package, folder, *options):
    done = run(TINSMITH, "metal", DATA / package / "package", "-o", folder, "--emit", "metallib", *options)
    if "f64" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    found = sorted(folder.rglob("*.metallib"))
    assert found
    return found


def inspected(path, *options):
    done = run(TINSMITH, "inspect", path, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def agree(path):
    seen, ours = independent_reader.read(path.read_bytes()), inspected(path)
    for key in ("platform", "os", "container", "file_type", "name"):
        assert ours[key] == seen[key], key
    assert (ours["uuid"] or "").replace("-", "") == (seen["uuid"] or "")
    assert ours["layout"] == (seen["layout"] or ours["layout"])
    for mine, other in zip(ours["functions"], seen["functions"], strict=True):
        assert {key: mine[key] for key in other if key != "constants"} == {k: v for k, v in other.items() if k != "constants"}
        assert [(c["name"], c["index"], c["active"]) for c in mine["constants"]] == \
            [(c["name"], c["index"], c["active"]) for c in other["constants"]]
    return seen, ours


@pytest.mark.parametrize("package", PACKAGES)
def test_a_library_of_a_package_is_what_both_readers_say(package, tmp_path):
    for path in libraries(package, tmp_path):
        seen, ours = agree(path)
        for function, described in zip(seen["functions"], ours["functions"]):
            assert function["type"] == "kernel"
            assert "parameters" in described, described.get("parameters_unknown")


@pytest.mark.parametrize("name", ["empty_linked", "empty_full", "one_linked", "one_full"])
def test_both_layouts_are_what_both_readers_say(name, tmp_path):
    seeds = BUILD / "bin" / "fuzz_seeds"
    if not seeds.exists():
        pytest.skip("fuzz_seeds, which writes the full layout, is not built")
    assert run(seeds, DATA, tmp_path).returncode == 0
    path = tmp_path / (name + ".metallib")
    (tmp_path / "metallib" / name).rename(path)
    agree(path)


@pytest.mark.skipif(not APPLE, reason="no library of Apple's compiler; tools/fetch_apple_libraries gets one")
def test_the_independent_reader_takes_the_libraries_of_apple():
    for path in APPLE:
        seen = independent_reader.read(path.read_bytes())
        last = seen["functions"][-1]
        (ours,) = inspected(path, "--kernel", last["name"])["functions"]
        assert (ours["sha256"], ours["bytes"], ours["air"]) == (last["sha256"], last["bytes"], last["air"])
