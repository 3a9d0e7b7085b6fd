# SPDX-License-Identifier: Apache-2.0
"""Our packages describe the same fields, tasks, bindings, threads and arguments as genuine Taichi's of the same script.

Where ours differ on purpose, the place and the reason are listed; a listed difference that is gone fails too.
"""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data"
sys.path.insert(0, str(ROOT / "tools"))
from compare_metadata import compare, load  # noqa: E402

ALIAS = "genuine Taichi binds a buffer twice, as u32 and as i32, for integer atomics and loop bounds; ours once"
RECOMPUTED = "ours computes a value of a serial task again where it is used, which saves the task"
ORDER = "bindings count up in order of first use, and ours computes the bound later"
GROUP = "ours keeps larger groups: genuine Taichi clips them to the innermost dense, whatever was asked for"

SCRIPTS = {
    "autodiff": (["examples/autodiff.py", "--size", "1000", "--base", "0.5", "--out"], {}),
    "softmax": (["examples/mnist.py", "--model", "softmax", "--out"], {
        "/kernels/score/tasks_attribs[0]/buffer_binds/3": ALIAS,
    }),
    "mlp": (["examples/mnist.py", "--model", "mlp", "--out"], {
        "/kernels/score/tasks_attribs[0]/buffer_binds/3": ALIAS,
    }),
    "tasks": (["tests/data/genuine/tasks.py"], {
        "/kernels/bound_from_local/tasks_attribs[1]/buffer_binds": ALIAS,
        "/kernels/integer_atomics/tasks_attribs[0]/buffer_binds/3": ALIAS,
        "/kernels/arg_bound_in_serial/tasks_attribs[0]/buffer_binds": ORDER,
        "/kernels/arg_bound_in_serial/tasks_attribs[1]/buffer_binds": ALIAS,
        "/kernels/argument_atomic/tasks_attribs[0]/buffer_binds/0": "ours binds no arguments that a task does not read",
        "/kernels/empty_range/tasks_attribs": "a loop that never runs has no task in ours",
        "/kernels/reversed_range/tasks_attribs": "a loop that never runs has no task in ours",
        "/kernels/serial_around/tasks_attribs": RECOMPUTED,
        "/kernels/block_size_wanted/tasks_attribs[0]/advisory_num_threads_per_group": GROUP,
        "/kernels/over_nested/tasks_attribs[0]/advisory_num_threads_per_group": GROUP,
        "/kernels/static_loops_of_fields/tasks_attribs[1]/advisory_num_threads_per_group": GROUP,
    }),
}
# Scripts of tests/data/taichi/make. Not here: structs and shared memory (refused), launches before the export, LLVM.
FIXTURES = {
    "a_square_grad": {},
    "b_ndarray": {},
    "b_ndarray_wide": {},
    "d_atomics": {"/kernels/integer_atomics/tasks_attribs[1]/buffer_binds/3": ALIAS,
                  "/kernels/count_bins/tasks_attribs[0]/buffer_binds/3": ALIAS,
                  "/kernels/unique_slots/tasks_attribs[0]/buffer_binds/3": ALIAS},
    "e_graph": {},
    "f_random": {},
    "g_templates": {},
    "h_softmax": {},
    "i_archive": {},
    "l_ndarray_gradient": {"/kernels/energy_grad/tasks_attribs[0]/buffer_binds/4":
                           "genuine Taichi writes the gradient over the array; ours has a buffer of its own"},
    "m_numeric": {},
}


def run(*args):
    done = subprocess.run([sys.executable, *map(str, args)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def check(found, expected):
    unexpected = [line for line in found if not line.startswith(tuple(expected))]
    assert not unexpected, "\n".join(unexpected)
    gone = [place for place in expected if not any(line.startswith(place) for line in found)]
    assert not gone, f"no longer different: {gone}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_script(name, tmp_path):
    command, expected = SCRIPTS[name]
    run(*command, tmp_path / "package")
    # Equal-sized fields lie in another order on Linux, where these were recorded; autodiff's offsets agree.
    found = compare(load(DATA / "genuine" / f"{name}.json"), load(tmp_path / "package"), any_order=name != "autodiff")
    check(found, expected)


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture(name, tmp_path):
    run(ROOT / "tests/python/export_fixture.py", DATA / "taichi/make" / f"{name}.py", tmp_path)
    package = os.listdir(tmp_path)[0]
    check(compare(load(DATA / "taichi" / name / package), load(tmp_path / package), any_order=True), FIXTURES[name])


def test_comparison_sees_what_differs():
    genuine, other = (load(DATA / "genuine/autodiff.json") for _ in range(2))
    other["fields"].reverse()
    other["kernels"][2]["tasks_attribs"][0]["name"] = "forward_c7_0_0_t00"
    assert compare(genuine, other) == []
    other["kernels"][2]["tasks_attribs"][0]["advisory_total_num_threads"] = 1001
    other["fields"][0]["mem_offset_in_parent"] = 12
    assert len(compare(genuine, other)) == 2
    del other["kernels"][3]
    assert len(compare(genuine, other)) == 3
