# SPDX-License-Identifier: Apache-2.0
"""Every test begins with a fresh program."""
import pytest
import taichi as ti


@pytest.fixture(autouse=True)
def program():
    ti.init(arch=ti.cpu, log_level=ti.ERROR)
    yield
    ti.reset()
