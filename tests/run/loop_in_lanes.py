# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-5
"""A loop in one branch, under a mask, that jumps on where another mask says so; found by a random script."""
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)

N, M = 5, 10
a = ti.field(ti.f32, (N, M))
b = ti.field(ti.f32, (M, N))
c = ti.field(ti.f32, (N, M))
d = ti.field(ti.i32, (N, M))
e = ti.field(ti.f32, N)
f = ti.field(ti.f32, M)
numbers = np.random.RandomState(7)
a.from_numpy(numbers.rand(N, M).astype(np.float32) - 0.3)
b.from_numpy(numbers.rand(M, N).astype(np.float32))
e.from_numpy(numbers.rand(N).astype(np.float32))
f.from_numpy(numbers.rand(M).astype(np.float32))


@ti.kernel
def add_up():
    for i, j in c:
        q = a[i, j]
        if j < 10 and a[i, j] < 0.4:
            t = 0.0
            for k in range(M):
                t += f[k] * 0.1
        else:
            for k in range(M):
                if j < 13 and e[i] < 0.4:
                    continue
                q += f[k] * 0.1
        c[i, j] = b[j, i] + q


add_up()
print(*c.to_numpy().ravel())
