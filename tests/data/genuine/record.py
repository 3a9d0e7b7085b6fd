# SPDX-License-Identifier: Apache-2.0
"""Runs a script under genuine Taichi 1.7.4 and keeps the metadata.json of the package that it exports.

    python record.py NAME SCRIPT [ARGS…]         writes NAME.json here; the argument OUT stands for the package's folder

Scripts may say ti.metal, save into a folder that does not exist, and add a gradient with add_kernel, as Tinsmith allows.
"""
import json
import pathlib
import runpy
import sys
import tempfile

import taichi as ti

ti.metal = ti.vulkan  # genuine Taichi exports for Metal on a Mac alone; the metadata is the same
real_add_kernel, real_save = ti.aot.Module.add_kernel, ti.aot.Module.save


def add_kernel(module, kernel, template_args=None, name=None):
    if hasattr(kernel, "_is_wrapped_kernel"):
        return real_add_kernel(module, kernel, template_args, name)
    kernel.ensure_compiled()
    module._aot_builder.add(name, kernel.kernel_cpp)


def save(module, folder):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    real_save(module, folder)


ti.aot.Module.add_kernel, ti.aot.Module.save = add_kernel, save
name, script, args = sys.argv[1], sys.argv[2], sys.argv[3:]
with tempfile.TemporaryDirectory() as folder:
    sys.argv = [script] + [folder if a == "OUT" else a for a in args]
    runpy.run_path(script, run_name="__main__")
    data = json.loads((pathlib.Path(folder) / "metadata.json").read_text())
target = pathlib.Path(__file__).parent / (name + ".json")
lines = ",\n".join(json.dumps(kernel) for kernel in data.pop("kernels"))
target.write_text(json.dumps(data)[:-1] + ',\n"kernels": [\n' + lines + "]}\n")
