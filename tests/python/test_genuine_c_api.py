# SPDX-License-Identifier: Apache-2.0
"""Our packages load and run in the C-API library of genuine Taichi: kernels of arrays give the recorded numbers.

GENUINE_PYTHON names an interpreter that has taichi==1.7.4; without it these tests are skipped. They need a Vulkan device.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import taichi as ti

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIXTURES = ROOT / "tests/data/taichi"
GENUINE = os.environ.get("GENUINE_PYTHON")


def why_not():
    if not GENUINE:
        return "GENUINE_PYTHON names no interpreter with the taichi wheel"
    find = "import importlib.util, sys; sys.exit(importlib.util.find_spec('taichi') is None)"
    found = subprocess.run([GENUINE, "-c", find], env=genuine_environment(), capture_output=True)
    return "" if found.returncode == 0 else f"no taichi wheel in {GENUINE}"


def genuine_environment():
    return {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}


REASON = why_not()
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)

# Case, how many arrays its steps compare, and the problems that genuine Taichi's own package has there too.
CASES = {
    "a_square_grad": (0, []),
    "b_ndarray": (7, []),
    "b_ndarray_wide": (3, ["launch multiply_i64", "ndarray l", "launch root_f64", "ndarray d"]),  # no 64-bit scalars
    "d_atomics": (0, []),
    "e_graph": (3, []),
    "f_random": (0, []),
    "g_templates": (0, []),
    "h_softmax": (0, []),
    "i_archive": (1, []),
    "l_ndarray_gradient": (1, ["ndarray x"]),  # the C-API cannot hand over a gradient
    "m_numeric": (0, []),
}


def run_ours(*command):
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def run_genuine(folder):
    """How many arrays were right, and what went wrong, in a folder with a package and an expected.json."""
    command = [GENUINE, FIXTURES / "make/check_with_c_api.py", folder]
    done = subprocess.run(command, env=genuine_environment(), capture_output=True, text=True)
    summary = re.search(r"^.*: (\d+) ndarrays right, .* (\d+) problems$", done.stdout, re.M)
    assert summary, done.stdout + done.stderr
    return int(summary[1]), [line.strip() for line in done.stdout[summary.end():].splitlines() if line.strip()]


@pytest.mark.parametrize("case", CASES)
def test_recorded_case(case, tmp_path):
    folder = tmp_path / case
    run_ours(ROOT / "tests/python/export_fixture.py", FIXTURES / "make" / f"{case}.py", folder)
    shutil.copy(FIXTURES / case / "expected.json", folder)
    right, problems = run_genuine(folder)
    count, known = CASES[case]
    assert [p for p in problems if not p.startswith(tuple(known))] == []
    assert (right, len(problems)) == (count, len(known))


def numbers(array):
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": array.reshape(-1).tolist()}


def array_step(op, name, array, **more):
    return {"op": op, "name": name, "element_shape": [], "value": numbers(array), **more}


def launch(kernel, *args):
    return {"op": "launch", "kernel": kernel, "args": list(args)}


def write_steps(folder, steps):
    (folder / "expected.json").write_text(json.dumps({"steps": steps}))


def test_fields_and_gradients(tmp_path):
    """The C-API cannot read fields, so a kernel copies them into arrays."""
    x = ti.field(ti.f32, 100, needs_grad=True)
    loss = ti.field(ti.f32, (), needs_grad=True)

    @ti.kernel
    def start():
        loss.grad[None] = 1.0
        for i in x:
            x[i] = 0.5 + 0.01 * i

    @ti.kernel
    def forward():
        for i in x:
            power = 1.0
            for k in range(3):
                power *= x[i]
            loss[None] += power

    @ti.kernel
    def read(values: ti.types.ndarray(ti.f32, 1), gradient: ti.types.ndarray(ti.f32, 1),
             total: ti.types.ndarray(ti.f32, 1)):
        for i in x:
            values[i] = x[i]
            gradient[i] = x.grad[i]
        total[0] = loss[None]

    module = ti.aot.Module(ti.metal)
    for kernel in (start, forward, read):
        module.add_kernel(kernel)
    module.add_kernel(forward.grad, name="backward")
    module.save(str(tmp_path / "package"))
    values = (0.5 + 0.01 * np.arange(100)).astype(np.float32)
    made = [array_step("make_ndarray", n, np.zeros(c, np.float32)) for n, c in (("v", 100), ("g", 100), ("t", 1))]
    compared = [array_step("read_ndarray", "v", values), array_step("read_ndarray", "g", 3 * values**2, tolerance=1e-5),
                array_step("read_ndarray", "t", np.array([np.sum(values**3)]), tolerance=1e-3)]
    arrays = [{"ndarray": n} for n in "vgt"]
    write_steps(tmp_path, [*made, *map(launch, ("start", "forward", "backward")), launch("read", *arrays), *compared])
    assert run_genuine(tmp_path) == (3, [])


def test_docstrings_and_gradient_links_are_ignored(tmp_path):
    """Whatever is in the text: genuine readers refuse backslashes and \\u, of all escapes (see write_json.cc)."""
    loss = ti.field(ti.f32, (), needs_grad=True)

    @ti.kernel
    def told(x: ti.types.ndarray(ti.f32, 1)):
        """A "quote", a \\backslash\\, a tab\t, größe 😀 and

        another line.
        """
        for i in x:
            x[i] += 1.0

    @ti.kernel
    def forward():
        """Adds one."""
        loss[None] += 1.0

    module = ti.aot.Module(ti.vulkan)
    module.add_kernel(told)
    module.add_kernel(forward)
    module.add_kernel(forward.grad, name="backward")
    module.save(str(tmp_path / "package"))
    write_steps(tmp_path, [array_step("make_ndarray", "x", np.zeros(4, np.float32)), launch("told", {"ndarray": "x"}),
                           launch("forward"), launch("backward"), array_step("read_ndarray", "x", np.ones(4, np.float32))])
    assert run_genuine(tmp_path) == (1, [])


def example(arg, type_, arrays):
    """A value for a parameter, as expected.json writes it; arrays gathers the steps that make arrays."""
    if arg["is_array"]:
        element = arg["element_shape"]
        shape = [8] * arg["field_dim"] + element
        dtype = np.int32 if arg["dtype"] == 5 else np.float32
        name = f"array{len(arrays)}"
        arrays.append({**array_step("make_ndarray", name, np.ones(shape, dtype)), "element_shape": element})
        return {"ndarray": name}
    return [1] * len(type_["content"]["elements_"]) if type_["type_kind"] == 3 else 2


def test_every_kernel_of_many_launches(tmp_path):
    run_ours(ROOT / "tests/data/genuine/tasks.py", tmp_path / "package")
    steps, arrays = [], []
    for kernel in json.loads((tmp_path / "package/metadata.json").read_text())["kernels"]:
        types = [e["type"] for e in kernel["ctx_attribs"]["args_type_"]["content"]["elements_"]]
        args = sorted(kernel["ctx_attribs"]["arg_attribs_vec_"], key=lambda a: a["key"])
        if kernel["name"] == "wide":  # the C-API refuses 64-bit scalars
            continue
        steps.append(launch(kernel["name"], *[example(a["value"], t, arrays) for a, t in zip(args, types)]))
    assert len(steps) > 70
    write_steps(tmp_path, arrays + steps)
    assert run_genuine(tmp_path) == (0, [])


@pytest.mark.parametrize("model", ["softmax", "mlp"])
def test_mnist_launches(model, tmp_path):
    run_ours(ROOT / "examples/mnist.py", "--model", model, "--out", tmp_path / "package")
    arrays = [array_step("make_ndarray", "images", np.ones((40, 784), np.float32)),
              *(array_step("make_ndarray", n, np.arange(40, dtype=np.int32) % 10) for n in ("labels", "order"))]
    names = [{"ndarray": n} for n in ("images", "labels", "order")]
    steps = [launch("gather", *names, 0, 32), *map(launch, ("clear", "forward", "forward_grad")),
             launch("update", 0.1), launch("score"), launch("reset_totals")]
    write_steps(tmp_path, arrays + steps)
    assert run_genuine(tmp_path) == (0, [])
