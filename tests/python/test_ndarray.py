# SPDX-License-Identifier: Apache-2.0
import copy

import numpy as np
import pytest
import taichi as ti


def test_elements_and_whole_arrays():
    a = ti.ndarray(ti.f32, shape=(2, 3))
    assert a.shape == (2, 3) and not a.to_numpy().any()
    a[1, 2] = 5
    assert a[1, 2] == 5
    a.fill(2)
    assert a.to_numpy().tolist() == [[2] * 3] * 2
    a.from_numpy(np.arange(6, dtype=np.float32).reshape(2, 3))
    b = copy.deepcopy(a)
    a.fill(0)
    assert b[1, 0] == 3
    with pytest.raises(IndexError):
        a[0]
    with pytest.raises(IndexError):
        a[2, 0]
    with pytest.raises(ValueError):
        a.from_numpy(np.zeros((3, 2), np.float32))


def test_vectors_and_matrices():
    v = ti.Vector.ndarray(3, ti.i32, shape=4)
    v[2] = [1, 2, 3]
    v[2][1] = 7
    assert v[2].to_list() == [1, 7, 3] and v[2, 1] == 7 and v.to_numpy().shape == (4, 3)
    v[2, 0] = 9
    assert v[2].x == 9 and v.element_shape == (3,)
    m = ti.ndarray(ti.math.mat2, shape=())
    m[None] = [[1, 2], [3, 4]]
    assert m[None].to_list() == [[1, 2], [3, 4]] and m.to_numpy().shape == (2, 2)


def test_gradient_is_an_array():
    a = ti.ndarray(ti.f32, shape=3, needs_grad=True)
    a.grad.fill(4)
    assert a.grad.to_numpy().tolist() == [4, 4, 4] and not a.to_numpy().any()
    with pytest.raises(ti.TaichiRuntimeError):
        ti.ndarray(ti.i32, shape=3, needs_grad=True)


@pytest.mark.parametrize("shape", [0, (-1,), (2, 1.5)])
def test_bad_shapes(shape):
    with pytest.raises(ti.TaichiRuntimeError):
        ti.ndarray(ti.f32, shape=shape)


def test_bools_and_halves():
    a = ti.ndarray(ti.u1, shape=3)
    a.from_numpy(np.array([True, False, True]))
    assert a.to_numpy().tolist() == [True, False, True] and a[1] == 0
    h = ti.ndarray(ti.f16, shape=3)
    for value in (1.5, 65504.0, 6e-8, 0.1):
        h[0] = value
        assert h[0] == float(np.float16(value))
