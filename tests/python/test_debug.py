# SPDX-License-Identifier: Apache-2.0
"""What the cpu device looks after on demand: ti.init(debug=True), and the switches of `tinsmith run --debug`."""
import os

import numpy as np
import pytest
import taichi as ti

pytestmark = pytest.mark.skipif("TI_TINSMITH_DEVICE" in os.environ, reason="of the cpu device alone")


@ti.kernel
def put(a: ti.types.ndarray(dtype=ti.f32, ndim=1), at: ti.i32, value: ti.f32):
    for i in range(1):
        a[at + i] = value


@ti.kernel
def divide(a: ti.types.ndarray(dtype=ti.f32, ndim=1), by: ti.f32):
    for i in a:
        a[i] = a[i] / by


@ti.kernel
def spin(a: ti.types.ndarray(dtype=ti.i32, ndim=1)):
    for i in range(1):
        while a[i] == 0:
            a[i + 1] += 1


@ti.kernel
def add_up(a: ti.types.ndarray(dtype=ti.f32, ndim=1)) -> ti.f32:
    total = 0.0
    for i in a:
        total += a[i]
    return total


def test_debug_names_the_array_that_is_left():
    ti.init(arch=ti.cpu, debug=True, log_level=ti.ERROR)
    a = ti.ndarray(ti.f32, 10)
    put(a, 9, 2.0)
    assert a[9] == 2.0
    with pytest.raises(RuntimeError, match=r"kernel 'put_.*' writes byte 40 of argument '_?a', which has 40 bytes"):
        put(a, 10, 1.0)
    with pytest.raises(RuntimeError, match="writes byte -4 of argument"):
        put(a, -1, 1.0)
    put(a, 0, 3.0)  # the program goes on
    assert a[0] == 3.0 and a[9] == 2.0


def test_debug_sees_what_lies_far_off_and_numpy_arrays_too():
    ti.init(arch=ti.cpu, debug=True, log_level=ti.ERROR)
    a = np.zeros(6, dtype=np.float32)
    with pytest.raises(RuntimeError, match="writes byte 400000000 of argument"):
        put(a, 100_000_000, 1.0)


def test_the_field_that_is_left_is_one_of_a_tree():
    ti.init(arch=ti.cpu, debug=True, log_level=ti.ERROR)
    x = ti.field(ti.i32, 4)

    @ti.kernel
    def fill(n: ti.i32):
        for i in range(n):
            x[i] = i

    fill(4)
    assert x.to_numpy().tolist() == [0, 1, 2, 3]
    with pytest.raises(RuntimeError, match="writes byte [0-9]+ of the fields of tree 0, which has"):
        fill(5000)


def test_the_first_nan_is_an_error():
    ti.init(arch=ti.cpu, tinsmith_debug="nans", log_level=ti.ERROR)
    a = ti.ndarray(ti.f32, 8)
    a.fill(1.0)
    divide(a, 0.0)  # infinity is a number's end, not the end of numbers
    a.fill(0.0)
    with pytest.raises(RuntimeError, match="kernel 'divide.*NaN"):
        divide(a, 0.0)


def test_a_kernel_without_an_end_is_an_error():
    ti.init(arch=ti.cpu, tinsmith_debug="loops", log_level=ti.ERROR)
    a = ti.ndarray(ti.i32, 2)
    with pytest.raises(RuntimeError, match="kernel 'spin"):
        spin(a)


def test_serial_gives_the_same_bits_each_time():
    sums = set()
    for _ in range(3):
        ti.init(arch=ti.cpu, tinsmith_debug="serial", log_level=ti.ERROR)
        a = ti.ndarray(ti.f32, 200_000)
        a.from_numpy(np.random.default_rng(3).random(200_000, dtype=np.float32))
        sums.add(add_up(a))
    assert len(sums) == 1


def test_unknown_switches_are_told():
    with pytest.raises(RuntimeError, match="debug switch 'speed': there are bounds, barriers, loops, nans and serial"):
        ti.init(arch=ti.cpu, tinsmith_debug="bounds,speed", log_level=ti.ERROR)
    with pytest.raises(RuntimeError, match="device 'tpu': there are cpu and vulkan"):
        ti.init(tinsmith_device="tpu", log_level=ti.ERROR)
