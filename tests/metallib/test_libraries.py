# SPDX-License-Identifier: Apache-2.0
"""The libraries that `tinsmith metal` writes of every genuine package: lint, a reader that is not ours, the same bytes twice."""
import importlib.util
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINSMITH = os.environ["TINSMITH"]
PACKAGES = {path.parent.name: path for path in sorted((ROOT / "tests/data/taichi").glob("*/package*"))
            if not (path / "metadata.tcb").exists()}
TARGETS = {"ios16": ("iOS", "16.0.0", "2.5", "3.0"), "ios-sim16": ("iOS simulator", "16.0.0", "2.5", "3.0"),
           "ios18": ("iOS", "18.0.0", "2.7", "3.2"), "macos26": ("macOS", "26.0.0", "2.8", "4.0")}

spec = importlib.util.spec_from_file_location("independent_reader", ROOT / "tests/metallib/independent_reader.py")
reader = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reader)


def metal(package, folder, *options):
    described = json.loads(subprocess.run([TINSMITH, "inspect", "--json", package], check=True, capture_output=True).stdout)
    narrow = [kernel["name"] for kernel in described["kernels"] if "f64" not in kernel["name"]]
    chosen = [word for name in narrow for word in ("--kernels", name)]
    subprocess.run([TINSMITH, "metal", package, "-o", folder, "--emit", "metallib", *chosen, *options], check=True,
                   stdout=subprocess.DEVNULL)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("name", PACKAGES)
def test_the_loader_would_take_the_libraries(name, tmp_path):
    for target, (platform, system, air, msl) in TARGETS.items():
        files = metal(PACKAGES[name], tmp_path / target, "--target", target, "--single", "all")
        lint = subprocess.run([TINSMITH, "lint", "--json", tmp_path / target / "all.metallib"], capture_output=True, text=True)
        assert lint.returncode == 0, lint.stdout
        assert [finding for finding in json.loads(lint.stdout) if finding["severity"] == "error"] == []
        library = reader.read(files["all.metallib"])
        assert (library["platform"], library["os"]) == (platform, system)
        manifest = json.loads(files["manifest.json"])
        functions = [task["library"]["function"] for kernel in manifest["kernels"] for task in kernel["tasks"]]
        assert [f["name"] for f in library["functions"]] == list(dict.fromkeys(functions))
        assert all((f["air"], f["msl"]) == (air, msl) for f in library["functions"])


@pytest.mark.parametrize("name", PACKAGES)
def test_the_same_package_gives_the_same_bytes(name, tmp_path):
    for naming in (["--single", "all"], ["--per-task", "--numbering", "auto"]):
        assert metal(PACKAGES[name], tmp_path / "once", *naming) == metal(PACKAGES[name], tmp_path / "twice", *naming)


def test_a_library_for_each_task_has_the_name_and_entry_that_apps_expect(tmp_path):
    files = metal(PACKAGES["a_square_grad"], tmp_path / "out", "--per-task")
    for name, content in files.items():
        if name != "manifest.json":
            functions = reader.read(content)["functions"]
            assert [f["name"] for f in functions] == ["main0"]
            assert (PACKAGES["a_square_grad"] / name.replace(".metallib", ".spv")).exists()
