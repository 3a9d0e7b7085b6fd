# SPDX-License-Identifier: Apache-2.0
"""Decompositions of 2x2 matrices, in closed form: polar (a rotation and a symmetric matrix), singular values, and the
eigenvalues of a symmetric matrix. Written over kernel constructs, so gradients go through them as through any function."""
from taichi.lang.builtin import sqrt, static, static_assert
from taichi.lang.kernel_impl import func
from taichi.lang.matrix import Matrix, Vector
from taichi.types.annotations import template

_FLAT = 1e-5  # an off-diagonal below this is taken for 0, as genuine Taichi does


@func
def _polar(A):
    along, across, mirror = A[0, 0] + A[1, 1], A[1, 0] - A[0, 1], 1.0
    if A.determinant() < 0.0:  # the closest orthogonal matrix mirrors
        along, across, mirror = A[0, 0] - A[1, 1], A[1, 0] + A[0, 1], -1.0
    R = Matrix([[along, -across * mirror], [across, along * mirror]]) / sqrt(along * along + across * across)
    return R, R.transpose() @ A


@func
def _svd(A):
    R, S = _polar(A)
    c = S[0, 0] * 0.0 + 1.0
    s = S[0, 0] * 0.0
    first = S[0, 0]
    second = S[1, 1]
    if abs(S[0, 1]) >= _FLAT:  # one Jacobi rotation makes S diagonal
        half = 0.5 * (S[0, 0] - S[1, 1])
        root = sqrt(half * half + S[0, 1] * S[0, 1])
        tangent = S[0, 1] / (half + root if half > 0 else half - root)
        c = 1.0 / sqrt(tangent * tangent + 1.0)
        s = -tangent * c
        mixed = 2.0 * c * s * S[0, 1]
        first = c * c * S[0, 0] - mixed + s * s * S[1, 1]
        second = s * s * S[0, 0] + mixed + c * c * S[1, 1]
    V = Matrix([[c, s], [-s, c]])
    if first < second:
        first, second = second, first
        V = Matrix([[-s, c], [-c, -s]])
    zero = first * 0.0
    return R @ V, Matrix([[first, zero], [zero, second]]), V


@func
def polar_decompose(A, dt: template() = None):
    """A = R @ S: R the orthogonal matrix that is closest to A, S symmetric and nowhere negative."""
    if static(A.n == 2 and A.m == 2):
        return _polar(A)
    static_assert(A.n == 2 and A.m == 2, "ti.polar_decompose takes 2x2 matrices only in this version")
    return A, A


@func
def svd(A, dt: template() = None):
    """A = U @ sigma @ V.transpose(), with the larger singular value first."""
    if static(A.n == 2 and A.m == 2):
        return _svd(A)
    static_assert(A.n == 2 and A.m == 2, "ti.svd takes 2x2 matrices only in this version")
    return A, A, A


@func
def sym_eig(A, dt: template() = None):
    """The eigenvalues of a symmetric matrix, the larger first, and its eigenvectors as columns."""
    static_assert(A.n == 2 and A.m == 2, "ti.sym_eig takes 2x2 matrices only in this version")
    mean = 0.5 * (A[0, 0] + A[1, 1])
    half = 0.5 * (A[0, 0] - A[1, 1])
    radius = sqrt(half * half + A[0, 1] * A[0, 1])
    larger = mean + radius
    x = A[0, 0] * 0.0 + 1.0
    y = A[0, 0] * 0.0
    if A[0, 1] != 0.0:
        x = larger - A[1, 1]
        y = A[0, 1]
        length = sqrt(x * x + y * y)
        x /= length
        y /= length
    elif half < 0.0:
        x, y = y, x
    return Vector([larger, mean - radius]), Matrix([[x, -y], [y, x]])


__all__ = ["polar_decompose", "svd", "sym_eig"]
