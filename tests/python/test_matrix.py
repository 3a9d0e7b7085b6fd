# SPDX-License-Identifier: Apache-2.0
"""Vectors and matrices of Python scope."""
import numpy as np
import pytest
import taichi as ti


def test_operators_are_element_by_element():
    a, b = ti.Vector([1, 2, 3]), ti.Vector([1.5, 2, 3])
    assert (a + b).to_list() == [2.5, 4, 6]
    assert (2 - a).to_list() == [1, 0, -1] and (a / 2).to_list() == [0.5, 1, 1.5]
    assert (a // 2).to_list() == [0, 1, 1] and (-a % 2).to_list() == [1, 0, 1]
    assert (a < b).to_list() == [True, False, False] and (a**2).to_list() == [1, 4, 9]
    assert (a + [1, 2, 3]).to_list() == [2, 4, 6] and (~a).to_list() == [-2, -3, -4]
    a += 1
    assert a.to_list() == [2, 3, 4]
    with pytest.raises(TypeError):
        a + ti.Vector([1, 2])


def test_methods():
    v, w = ti.Vector([3.0, 4.0]), ti.Vector([1.0, 2.0])
    assert v.norm() == 5 and v.norm_sqr() == 25 and v.norm_inv() == 0.2
    assert v.normalized().to_list() == pytest.approx([0.6, 0.8])
    assert v.dot(w) == 11 and v.cross(w) == 2 and v.sum() == 7 and v.max() == 4 and v.min() == 3
    assert ti.Vector([1, 0, 0]).cross(ti.Vector([0, 1, 0])).to_list() == [0, 0, 1]
    assert v.outer_product(w).to_list() == [[3, 6], [4, 8]]
    assert ti.Vector([0, 1]).any() and not ti.Vector([0, 1]).all()
    with pytest.raises(ti.TaichiCompilationError):
        v.trace()


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_determinant_and_inverse(n):
    values = np.random.RandomState(n).uniform(-1, 1, (n, n)) + 2 * np.eye(n)
    matrix = ti.Matrix(values.tolist())
    assert matrix.determinant() == pytest.approx(np.linalg.det(values))
    assert np.allclose(matrix.inverse().to_numpy(), np.linalg.inv(values))
    assert matrix.trace() == pytest.approx(np.trace(values))


def test_products_and_shapes():
    m = ti.Matrix([[1, 2, 3], [4, 5, 6]])
    assert (m.n, m.m, m.shape) == (2, 3, (2, 3))
    assert (m @ ti.Vector([1, 1, 1])).to_list() == [6, 15]
    assert (m @ m.transpose()).to_list() == [[14, 32], [32, 77]]
    assert m[1, 2] == 6 and list(m[0, :]) == [1, 2, 3]


def test_swizzles():
    v = ti.Vector([1, 2, 3])
    assert v.x == 1 and v.zyx.to_list() == [3, 2, 1] and v.rg.to_list() == [1, 2]
    v.xz = [7, 9]
    v.y = 8
    assert v.to_list() == [7, 8, 9]
    with pytest.raises(ti.TaichiSyntaxError):
        v.w


def test_types_construct():
    vec3 = ti.types.vector(3, ti.f32)
    assert vec3(1).to_list() == [1, 1, 1]
    assert vec3(ti.math.vec2(1, 2), 3).to_list() == [1, 2, 3]
    assert vec3(1, 2, 3).to_numpy().dtype == np.float32
    assert ti.math.ivec2(1.7, 2.3).to_list() == [1, 2]
    assert ti.math.mat2(1, 2, 3, 4).to_list() == [[1, 2], [3, 4]]
    assert ti.math.mat2([[1, 2], [3, 4]]).to_list() == [[1, 2], [3, 4]]
    with pytest.raises(ti.TaichiTypeError):
        vec3(1, 2)
    assert ti.Matrix.identity(ti.f32, 2).to_list() == [[1, 0], [0, 1]]
    assert ti.Vector.unit(3, 1).to_list() == [0, 1, 0]
    assert ti.Matrix.rows([[1, 2], [3, 4]]).to_list() == [[1, 2], [3, 4]]
    assert ti.Matrix.cols([[1, 2], [3, 4]]).to_list() == [[1, 3], [2, 4]]


def test_functions_of_numbers_and_matrices():
    assert ti.max(3, 4, 5) == 5 and ti.sqrt(2) == pytest.approx(2**0.5)
    assert ti.max(ti.Vector([1, 5]), 3).to_list() == [3, 5]
    assert ti.floor(ti.Vector([1.5, -1.5])).to_list() == [1, -2]
    assert ti.math.mix(1.0, 2.0, 0.5) == 1.5 and ti.math.clamp(5, 1, 3) == 3
    assert ti.math.normalize(ti.Vector([0.0, 2.0])).to_list() == [0, 1]
    assert ti.math.rotation2d(0.0).to_list() == [[1, 0], [0, 1]]
    assert ti.math.cmul(ti.math.vec2(0, 1), ti.math.vec2(0, 1)).to_list() == [-1, 0]


def test_casts():
    assert ti.i32(3.7) == 3 and ti.u8(300) == 44 and ti.i8(200) == -56 and ti.u1(2) is True
    assert ti.cast(1.7, ti.i32) == 1 and ti.bit_cast(1.0, ti.i32) == 0x3F800000
    assert ti.f32(0.1) == np.float32(0.1)


def test_ndrange_of_python_scope():
    assert list(ti.ndrange(2, (1, 3))) == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert [v.to_list() for v in ti.grouped(ti.ndrange(1, 2))] == [[0, 0], [0, 1]]
    with pytest.raises(TypeError):
        ti.ndrange(1.5)
