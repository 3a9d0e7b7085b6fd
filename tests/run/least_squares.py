# SPDX-License-Identifier: Apache-2.0
# tolerance: 2e-4
# Least squares by gradient descent with ti.ad.Tape: a polynomial fitted to samples; the gradient against the exact one.
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)
N, TERMS = 64, 4
xs = ti.field(ti.f32, N)
ys = ti.field(ti.f32, N)
w = ti.field(ti.f32, TERMS, needs_grad=True)
loss = ti.field(ti.f32, (), needs_grad=True)


@ti.kernel
def evaluate():
    for i in range(N):
        estimate = 0.0
        power = 1.0
        for t in ti.static(range(TERMS)):
            estimate += w[t] * power
            power *= xs[i]
        loss[None] += (estimate - ys[i]) ** 2 / N


@ti.kernel
def descend(rate: ti.f32):
    for t in w:
        w[t] -= rate * w.grad[t]


x = np.linspace(-1, 1, N).astype(np.float32)
y = (0.5 - 1.5 * x + 0.25 * x**2 + 2.0 * x**3).astype(np.float32)
xs.from_numpy(x)
ys.from_numpy(y)
for step in range(400):
    with ti.ad.Tape(loss=loss):
        evaluate()
    if step == 0:
        exact = [float(np.mean(-2.0 * y * x**t)) for t in range(TERMS)]
        print("gradient", *(f"{w.grad[t]:.5f}" for t in range(TERMS)))
        print("exact", *(f"{g:.5f}" for g in exact))
    descend(0.5)
print("loss", f"{loss[None]:.6f}")
print("weights", *(f"{w[t]:.3f}" for t in range(TERMS)))
