# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-4
"""Branches and loops within a parallel loop that found faults in the cpu device's lanes: conditions of which one half is
the same for all neighbours, loops in branches that branch again, jumps out of them."""
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)

N, M = 33, 20
a = ti.field(ti.f32, (N, M))
b = ti.field(ti.f32, (M, N))
c = ti.field(ti.f32, (N, M))
e = ti.field(ti.f32, N)
f = ti.field(ti.f32, M)
g = ti.field(ti.i32, 8)

numbers = np.random.RandomState(7)
a.from_numpy(numbers.rand(N, M).astype(np.float32) - 0.3)
b.from_numpy(numbers.rand(M, N).astype(np.float32))
e.from_numpy(numbers.rand(N).astype(np.float32))
f.from_numpy(numbers.rand(M).astype(np.float32))


@ti.kernel
def skip_when_both():
    for i, j in c:
        q = a[i, j]
        for k in range(N):
            if k < 16 and f[j] < 0.4:
                continue
            q += e[k] * b[k % M, k]
        c[i, j] = f[j] + q


@ti.kernel
def loop_in_a_branch():
    for i, j in c:
        q = a[i, j]
        if j < 10 and a[i, j] < 0.4:
            t = max(ti.sin(b[j, i]), b[j, i])
            for k in range(M):
                t += f[k] * 0.1
            q -= t
        else:
            for k in range(M):
                if j < 13 and e[i] < 0.4:
                    continue
                q += f[k] * 0.1
        c[i, j] = b[j, i] + q


@ti.kernel
def update_in_the_other_branch():
    for i, j in c:
        q = a[i, j]
        if i < 11 and f[j] < 0.4:
            for k in range(1):
                if f[j] > 0.74:
                    continue
        else:
            ti.atomic_xor(g[5], i + j)
            g[j & 3] += 1
        for k in range(N):
            if k < 16 and f[j] < 0.4:
                continue
            q += e[k] * b[k % M, k]
        c[i, j] = f[j] + q


@ti.kernel
def leave_early():
    for i, j in c:
        q = b[j, i]
        for k in range(N):
            if q > 2.0 or (k > 20 and j > 15):
                break
            if k % 3 == 0 and a[i, j] > 0.2:
                q += e[k]
            elif f[j] < 0.5:
                q += 0.25 * e[k]
        c[i, j] = q


for kernel in (skip_when_both, loop_in_a_branch, update_in_the_other_branch, leave_early):
    kernel()
    values = c.to_numpy().astype(np.float64)
    print(kernel.__name__, values.sum(), (values * np.arange(N * M).reshape(N, M)).sum() / (N * M), values[7, 11], values[20, 3])
print(*g.to_numpy())
