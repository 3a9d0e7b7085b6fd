# SPDX-License-Identifier: Apache-2.0
"""Compares what kernel.grad() gives with central differences: with random weights w over all that has a gradient, the adjoint
of w must be d(w . state after) / d(state before). A few kernels stay within f32; the step is wide and the tolerance with it."""
import numpy as np
import taichi as ti

STEP, TOLERANCE = 2e-2, 1.5e-2


class Real:
    """A field or array with a gradient."""

    def __init__(self, *shape, n=None, low=0.3, high=1.2, dtype=ti.f32, array=False):
        make = ti.ndarray if array else ti.field
        self.data = (ti.Vector.field(n, dtype, shape=shape, needs_grad=True) if n
                     else make(dtype, shape=shape, needs_grad=True))
        self.shape = tuple(shape) + ((n,) if n else ())
        self.low, self.high = low, high

    def draw(self, rng):
        self.start = rng.uniform(self.low, self.high, self.shape)
        self.weight = rng.uniform(-1, 1, self.shape)
        self.put(self.data, self.start)

    @staticmethod
    def put(target, values):
        target.from_numpy(np.asarray(values, dtype=np.float64 if target.dtype == ti.f64 else np.float32))


def check(kernel, reals, *args, step=STEP, tolerance=TOLERANCE):
    """`reals` are all that the kernel touches and that has a gradient."""
    rng = np.random.default_rng(1)
    for real in reals:
        real.draw(rng)

    def loss():
        kernel(*args)
        return sum(float((r.weight * r.data.to_numpy().astype(np.float64)).sum()) for r in reals)

    def reset():
        for r in reals:
            r.put(r.data, r.start)

    loss()
    for r in reals:
        r.put(r.data.grad, r.weight)
    kernel.grad(*args)
    got = [r.data.grad.to_numpy().astype(np.float64) for r in reals]
    for number, real in enumerate(reals):
        for cell in np.ndindex(real.shape):
            sides = []
            for sign in (1, -1):
                reset()
                moved = real.start.copy()
                moved[cell] += sign * step
                real.put(real.data, moved)
                sides.append(loss())
            want = (sides[0] - sides[1]) / (2 * step)
            have = got[number][cell]
            assert abs(have - want) <= tolerance * max(1.0, abs(want)), \
                f"field {number}{list(cell)}: gradient {have}, differences {want}"
