# SPDX-License-Identifier: Apache-2.0
"""Exports the package of a script in tests/data/taichi/make with the Taichi that is imported here.

    export_fixture.py SCRIPT FOLDER       writes FOLDER/package or FOLDER/package.tcm

Those scripts hand their definitions to `harness.make`; this is another harness, which exports and records nothing.
"""
import pathlib
import runpy
import sys
import types

import taichi as ti


def make(script, define, caps=None, archive=False, before_export=False, **_):
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    ti.init(arch=ti.vulkan, offline_cache=False, random_seed=0, log_level=ti.ERROR)
    export, run = define(ti)
    assert not before_export, f"{script}: launches before the export are not recorded here"
    module = ti.aot.Module(arch=ti.vulkan, caps=caps or [])
    export(module)
    if archive:
        module.archive(str(folder / "package.tcm"))
    else:
        module.save(str(folder / "package"))


sys.modules["harness"] = types.SimpleNamespace(make=make)
runpy.run_path(sys.argv[1], run_name="__main__")
