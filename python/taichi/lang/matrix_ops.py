# SPDX-License-Identifier: Apache-2.0
"""Methods of vectors and matrices, written over kernel constructs.

The same functions are inlined into kernels and run on the matrices of Python scope. Reductions go left to right.
"""
from taichi.lang.builtin import max as ti_max
from taichi.lang.builtin import min as ti_min
from taichi.lang.builtin import sqrt, static, static_assert
from taichi.lang.kernel_impl import pyfunc
from taichi.lang.matrix import Matrix, Vector
from taichi.types.annotations import template


@pyfunc
def sum(mat):
    if static(len(mat.shape) == 1):
        total = mat[0]
        for i in static(range(1, mat.n)):
            total = total + mat[i]
        return total
    else:
        total = mat[0, 0]
        for i in static(range(mat.n)):
            for j in static(range(mat.m)):
                if static(i + j > 0):
                    total = total + mat[i, j]
        return total


@pyfunc
def max(mat):
    if static(len(mat.shape) == 1):
        best = mat[0]
        for i in static(range(1, mat.n)):
            best = ti_max(best, mat[i])
        return best
    else:
        best = mat[0, 0]
        for i in static(range(mat.n)):
            for j in static(range(mat.m)):
                best = ti_max(best, mat[i, j])
        return best


@pyfunc
def min(mat):
    if static(len(mat.shape) == 1):
        best = mat[0]
        for i in static(range(1, mat.n)):
            best = ti_min(best, mat[i])
        return best
    else:
        best = mat[0, 0]
        for i in static(range(mat.n)):
            for j in static(range(mat.m)):
                best = ti_min(best, mat[i, j])
        return best


@pyfunc
def any(mat):
    if static(len(mat.shape) == 1):
        found = mat[0] != 0
        for i in static(range(1, mat.n)):
            found = found | (mat[i] != 0)
        return found
    else:
        found = mat[0, 0] != 0
        for i in static(range(mat.n)):
            for j in static(range(mat.m)):
                found = found | (mat[i, j] != 0)
        return found


@pyfunc
def all(mat):
    if static(len(mat.shape) == 1):
        held = mat[0] != 0
        for i in static(range(1, mat.n)):
            held = held & (mat[i] != 0)
        return held
    else:
        held = mat[0, 0] != 0
        for i in static(range(mat.n)):
            for j in static(range(mat.m)):
                held = held & (mat[i, j] != 0)
        return held


@pyfunc
def norm_sqr(mat):
    return sum(mat * mat)


@pyfunc
def norm(mat, eps=0):
    return sqrt(sum(mat * mat) + eps)


@pyfunc
def norm_inv(mat, eps=0):
    return 1.0 / sqrt(sum(mat * mat) + eps)


@pyfunc
def normalized(vec, eps=0):
    static_assert(len(vec.shape) == 1, "only a vector can be normalized")
    return vec * (1.0 / (norm(vec) + eps))


@pyfunc
def dot(a, b):
    static_assert(len(a.shape) == 1 and len(b.shape) == 1, "dot takes two vectors")
    static_assert(a.n == b.n, "dot takes two vectors of the same length")
    return sum(a * b)


@pyfunc
def cross(a, b):
    static_assert(len(a.shape) == 1 and len(b.shape) == 1, "cross takes two vectors")
    static_assert(a.n == b.n and (a.n == 2 or a.n == 3),
                  "cross takes two vectors of length 2 or of length 3")
    if static(a.n == 2):
        return a[0] * b[1] - a[1] * b[0]
    else:
        return Vector([a[1] * b[2] - a[2] * b[1],
                       a[2] * b[0] - a[0] * b[2],
                       a[0] * b[1] - a[1] * b[0]])


@pyfunc
def outer_product(a, b):
    static_assert(len(a.shape) == 1 and len(b.shape) == 1, "outer_product takes two vectors")
    return Matrix([[a[i] * b[j] for j in range(b.n)] for i in range(a.n)])


@pyfunc
def trace(mat):
    static_assert(len(mat.shape) == 2 and mat.n == mat.m, "trace takes a square matrix")
    total = mat[0, 0]
    for i in static(range(1, mat.n)):
        total = total + mat[i, i]
    return total


@pyfunc
def _det3(m: template(), r0: template(), r1: template(), r2: template(), c0: template(),
          c1: template(), c2: template()):
    return (m[r0, c0] * (m[r1, c1] * m[r2, c2] - m[r2, c1] * m[r1, c2])
            - m[r1, c0] * (m[r0, c1] * m[r2, c2] - m[r2, c1] * m[r0, c2])
            + m[r2, c0] * (m[r0, c1] * m[r1, c2] - m[r1, c1] * m[r0, c2]))


@pyfunc
def determinant(mat):
    static_assert(len(mat.shape) == 2 and mat.n == mat.m, "determinant takes a square matrix")
    static_assert(mat.n <= 4, "determinant takes a matrix of at most 4 by 4")
    if static(mat.n == 1):
        return mat[0, 0]
    elif static(mat.n == 2):
        return mat[0, 0] * mat[1, 1] - mat[0, 1] * mat[1, 0]
    elif static(mat.n == 3):
        return _det3(mat, 0, 1, 2, 0, 1, 2)
    else:
        return (mat[0, 0] * _det3(mat, 1, 2, 3, 1, 2, 3)
                - mat[1, 0] * _det3(mat, 0, 2, 3, 1, 2, 3)
                + mat[2, 0] * _det3(mat, 0, 1, 3, 1, 2, 3)
                - mat[3, 0] * _det3(mat, 0, 1, 2, 1, 2, 3))


@pyfunc
def _cofactor2(m: template(), i: template(), j: template()):
    return (m[(i + 1) % 3, (j + 1) % 3] * m[(i + 2) % 3, (j + 2) % 3]
            - m[(i + 2) % 3, (j + 1) % 3] * m[(i + 1) % 3, (j + 2) % 3])


@pyfunc
def _cofactor3(m: template(), i: template(), j: template()):
    if static((i + j) % 2 == 0):
        return _det3(m, (i + 1) % 4, (i + 2) % 4, (i + 3) % 4,
                     (j + 1) % 4, (j + 2) % 4, (j + 3) % 4)
    else:
        return -_det3(m, (i + 1) % 4, (i + 2) % 4, (i + 3) % 4,
                      (j + 1) % 4, (j + 2) % 4, (j + 3) % 4)


@pyfunc
def inverse(mat):
    static_assert(len(mat.shape) == 2 and mat.n == mat.m, "inverse takes a square matrix")
    static_assert(mat.n <= 4, "inverse takes a matrix of at most 4 by 4")
    scale = 1.0 / determinant(mat)
    if static(mat.n == 1):
        return Matrix([[scale]])
    elif static(mat.n == 2):
        return scale * Matrix([[mat[1, 1], -mat[0, 1]], [-mat[1, 0], mat[0, 0]]])
    elif static(mat.n == 3):
        return scale * Matrix([[_cofactor2(mat, j, i) for j in range(3)] for i in range(3)])
    else:
        return scale * Matrix([[_cofactor3(mat, j, i) for j in range(4)] for i in range(4)])
