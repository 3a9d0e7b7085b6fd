# SPDX-License-Identifier: Apache-2.0
"""Six kernels as people write them, on the CPU: the same script for genuine Taichi and for Tinsmith.

Prints one JSON line: milliseconds of the fastest launch, and a number that tells whether the result is right.
bench/cpp/kernels.cc holds the same in C++.
"""
import numpy as np
import taichi as ti
from timing import fastest, report, start

CASES = ["saxpy", "stencil", "sum", "matmul", "nbody", "scatter"]
case = start(__doc__.splitlines()[0], CASES)


def noise(*shape):
    """Numbers in [0, 1) that C++ makes too: a multiplicative hash of the index."""
    i = np.arange(np.prod(shape), dtype=np.uint32)
    return ((i * np.uint32(2654435761)) >> np.uint32(8)).astype(np.float32).reshape(shape) / np.float32(1 << 24)


def saxpy():
    n = 1 << 24
    x, y = ti.field(ti.f32, n), ti.field(ti.f32, n)
    x.from_numpy(noise(n))

    @ti.kernel
    def run(a: ti.f32):
        for i in x:
            y[i] = a * x[i] + y[i]

    run(2.0)
    check = y.to_numpy().sum(dtype=np.float64)
    return fastest(lambda: run(0.5)), check


def stencil():
    n = 2048
    a, b = ti.field(ti.f32, (n, n)), ti.field(ti.f32, (n, n))
    a.from_numpy(noise(n, n))

    @ti.kernel
    def run():
        for i, j in ti.ndrange((1, n - 1), (1, n - 1)):
            b[i, j] = 0.2 * (a[i, j] + a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])

    milliseconds = fastest(run)
    return milliseconds, b.to_numpy().sum(dtype=np.float64)


def sum():
    n = 1 << 24
    x, total = ti.field(ti.f32, n), ti.field(ti.f32, ())
    x.from_numpy(noise(n))

    @ti.kernel
    def run():
        for i in x:
            total[None] += x[i]

    def step():
        total[None] = 0.0
        run()

    step()
    check = total[None]
    return fastest(step), check


def matmul():
    n = 512
    a, b, c = (ti.field(ti.f32, (n, n)) for _ in range(3))
    a.from_numpy(noise(n, n))
    b.from_numpy(noise(n, n) - np.float32(0.5))

    @ti.kernel
    def run():
        for i, j in c:
            total = 0.0
            for k in range(n):
                total += a[i, k] * b[k, j]
            c[i, j] = total

    milliseconds = fastest(run)
    return milliseconds, np.abs(c.to_numpy()).sum(dtype=np.float64)


def nbody():
    n = 8192
    position, velocity = ti.Vector.field(3, ti.f32, n), ti.Vector.field(3, ti.f32, n)
    position.from_numpy(noise(n, 3))

    @ti.kernel
    def run():
        for i in position:
            p = position[i]
            force = ti.Vector([0.0, 0.0, 0.0])
            for j in range(n):
                d = position[j] - p
                r2 = d.dot(d) + 1e-3
                force += d * (1.0 / (r2 * ti.sqrt(r2)))
            velocity[i] = velocity[i] * 0.5 + force * 1e-6

    run()
    check = np.abs(velocity.to_numpy()).sum(dtype=np.float64)
    return fastest(run), check


def scatter():
    n, m = 1 << 20, 512
    position, grid = ti.Vector.field(2, ti.f32, n), ti.field(ti.f32, (m, m))
    position.from_numpy(noise(n, 2) * np.float32(m - 2))

    @ti.kernel
    def run():
        for p in position:
            base = ti.cast(position[p], ti.i32)
            f = position[p] - base
            for i, j in ti.static(ti.ndrange(2, 2)):
                wx = f.x if i == 1 else 1.0 - f.x
                wy = f.y if j == 1 else 1.0 - f.y
                grid[base.x + i, base.y + j] += wx * wy

    run()
    check = (grid.to_numpy().astype(np.float64) ** 2).sum()
    return fastest(run), check


milliseconds, check = globals()[case]()
report(milliseconds=milliseconds, check=float(check))
