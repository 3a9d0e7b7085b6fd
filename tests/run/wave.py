# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-4
# The wave equation on a grid: three scalar fields with an order of 2, clamped neighbours, a copy between fields.
import taichi as ti

ti.init(arch=ti.cpu, default_fp=ti.f32)
nx, ny = 48, 32
height = ti.field(dtype=float, shape=(nx, ny))
velocity = ti.field(dtype=float, shape=(nx, ny))
acceleration = ti.field(dtype=float, shape=(nx, ny))
c2, damping, dt = 0.3, 0.999, 0.5


@ti.func
def laplacian(i, j):
    left = ti.max(i - 1, 0)
    right = ti.min(i + 1, nx - 1)
    down, up = ti.max(j - 1, 0), ti.min(j + 1, ny - 1)
    return height[left, j] + height[right, j] + height[i, down] + height[i, up] - 4.0 * height[i, j]


@ti.kernel
def drop(cx: ti.i32, cy: ti.i32, strength: float):
    for i, j in ti.ndrange((cx - 4, cx + 5), (cy - 4, cy + 5)):
        r2 = (i - cx) ** 2 + (j - cy) ** 2
        height[i, j] += strength * ti.exp(-0.3 * r2)


@ti.kernel
def step():
    for i, j in height:
        acceleration[i, j] = c2 * laplacian(i, j)
    for i, j in height:
        velocity[i, j] = (velocity[i, j] + acceleration[i, j] * dt) * damping
        height[i, j] += velocity[i, j] * dt


drop(20, 12, 1.0)
for n in range(60):
    step()
    if n == 30:
        drop(30, 20, -0.5)
h = height.to_numpy()
print(f"{h.min():.5f} {h.max():.5f} {abs(h).sum():.4f}")
for i in range(0, nx, 12):
    print(*(f"{height[i, j]:.5f}" for j in range(0, ny, 8)))
