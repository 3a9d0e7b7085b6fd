# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-4
# A differentiable simulation: heat over time steps stored in a field with a time axis, the loss at the end, the gradient of the
# starting state and of a conductivity through every step; checked against differences.
import taichi as ti

ti.init(arch=ti.cpu)
N, STEPS = 24, 30
u = ti.field(ti.f32, shape=(STEPS, N), needs_grad=True)
k = ti.field(ti.f32, shape=(), needs_grad=True)
target = ti.field(ti.f32, shape=N)
loss = ti.field(ti.f32, shape=(), needs_grad=True)


@ti.kernel
def advance(t: ti.i32):
    for i in range(N):
        left = u[t - 1, (i - 1 + N) % N]
        right = u[t - 1, (i + 1) % N]
        u[t, i] = u[t - 1, i] + k[None] * (left - 2.0 * u[t - 1, i] + right)


@ti.kernel
def compare():
    for i in range(N):
        loss[None] += 0.5 * (u[STEPS - 1, i] - target[i]) ** 2


def simulate():
    for t in range(1, STEPS):
        advance(t)
    compare()


for i in range(N):
    u[0, i] = 1.0 if 6 <= i < 12 else 0.0
    target[i] = 0.25 + 0.1 * ((i * 5) % 7) / 7
k[None] = 0.2
with ti.ad.Tape(loss):
    simulate()
print("loss", f"{loss[None]:.5f}", "dk", f"{k.grad[None]:.4f}")
print("du0", *(f"{u.grad[0, i]:.4f}" for i in range(0, N, 4)))
exact = k.grad[None]


def loss_at(v):
    k[None] = v
    loss[None] = 0.0
    simulate()
    return loss[None]


difference = (loss_at(0.21) - loss_at(0.19)) / 0.02
print("agrees", abs(difference - exact) < 0.02 * abs(exact) + 1e-3)
