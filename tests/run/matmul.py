# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-4
# Matrix multiplication three ways: NumPy arrays as arguments, ti.ndarray, and small ti.Matrix values with @.
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)


@ti.kernel
def multiply(a: ti.types.ndarray(), b: ti.types.ndarray(), c: ti.types.ndarray()):
    for i, j in c:
        total = 0.0
        for k in range(a.shape[1]):
            total += a[i, k] * b[k, j]
        c[i, j] = total


@ti.kernel
def scale(a: ti.types.ndarray(dtype=ti.f32, ndim=2), s: ti.f32) -> ti.f32:
    total = 0.0
    for i, j in ti.ndrange(a.shape[0], a.shape[1]):
        a[i, j] *= s
        total += a[i, j]
    return total


a = (np.arange(12 * 7) % 13 - 6).astype(np.float32).reshape(12, 7) / 4
b = (np.arange(7 * 9) % 11 - 5).astype(np.float32).reshape(7, 9) / 8
c = np.zeros((12, 9), np.float32)
multiply(a, b, c)
print("error", float(np.abs(c - a @ b).max()))
print(f"{c.sum():.4f} {c[3, 4]:.4f} {c[11, 8]:.4f}")

da, db, dc = ti.ndarray(ti.f32, (12, 7)), ti.ndarray(ti.f32, (7, 9)), ti.ndarray(ti.f32, (12, 9))
da.from_numpy(a)
db.from_numpy(b)
multiply(da, db, dc)
print(f"{dc.to_numpy().sum():.4f} {dc[3, 4]:.4f}")
print(f"{scale(dc, 2.0):.4f} {dc[3, 4]:.4f}")


@ti.kernel
def small() -> ti.types.matrix(2, 3, ti.f32):
    m = ti.Matrix([[1.0, 2.0], [3.0, 4.0]])
    n = ti.Matrix([[1.0, 0.5, -1.0], [0.25, 2.0, 1.0]])
    return m.inverse() @ m @ (m @ n)


r = small()
print(*(f"{r[i, j]:.4f}" for i in range(2) for j in range(3)))
