# SPDX-License-Identifier: Apache-2.0
"""Random scripts on the cpu device: as it runs them by default (several iterations at a time, in parts) against one
thread after the other (--debug loops), and where GENUINE_PYTHON names a Python with genuine Taichi, against that.
RANDOM_SCRIPTS=FIRST:COUNT runs others than those of the test suite."""
import os
import subprocess
import sys

import numpy as np
import pytest

sys.path.insert(0, os.path.dirname(__file__))
from scripts import Script  # noqa: E402

TINSMITH = os.environ.get("TINSMITH", "build/bin/tinsmith")
GENUINE = os.environ.get("GENUINE_PYTHON")
FIRST, COUNT = (int(n) for n in os.environ.get("RANDOM_SCRIPTS", "0:14").split(":"))


def results(command, script, folder, name):
    file = folder / f"{name}.npz"
    done = subprocess.run(command + [str(script), str(file)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{name}: {done.stderr}"
    return np.load(file)


def agree(wanted, got, what):
    for name in wanted:
        want, have = wanted[name].astype(np.float64), got[name].astype(np.float64)
        assert np.allclose(want, have, rtol=1e-3, atol=1e-3, equal_nan=True), f"{what}: {name}\n{want}\n{have}"


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_lanes_and_parts_agree_with_one_thread_after_the_other(seed, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(Script(seed).text())
    ours = results([TINSMITH, "run"], script, tmp_path, "default")
    agree(results([TINSMITH, "run", "--debug", "loops"], script, tmp_path, "threads"), ours, "default against threads")
    if GENUINE:
        agree(results([GENUINE], script, tmp_path, "genuine"), ours, "against genuine Taichi")
