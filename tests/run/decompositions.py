# SPDX-License-Identifier: Apache-2.0
# tolerance: 2e-5
# Singular values, polar and symmetric decompositions of 2x2 matrices, those that mirror included.
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)

N = 7
A, U, sigma, V, R, S, product = [ti.Matrix.field(2, 2, ti.f32, N) for _ in range(7)]
values = ti.Vector.field(2, ti.f32, N)
A.from_numpy(np.array([[[1.5, 0.3], [-0.2, 0.8]], [[0.2, 1.1], [0.9, -0.4]], [[1, 0], [0, 1]], [[1, 2], [2, 0.5]],
                       [[0.3, -1.2], [1.4, 0.2]], [[2, 0], [0, 3]], [[-1.5, 0.25], [0.5, -0.75]]], dtype=np.float32))


@ti.kernel
def decompose():
    for i in A:
        U[i], sigma[i], V[i] = ti.svd(A[i])
        R[i], S[i] = ti.polar_decompose(A[i])
        product[i] = U[i] @ sigma[i] @ V[i].transpose() - A[i]
        eigenvalues, vectors = ti.sym_eig(A[i] @ A[i].transpose())
        values[i] = eigenvalues


decompose()
for f in (U, sigma, V, R, S, values):
    for i in range(N):
        print(*(f.to_numpy()[i].ravel() + 0.0).tolist())
print(np.abs(product.to_numpy()).max() < 1e-5)
