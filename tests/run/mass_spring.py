# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-3
# A hanging cloth of springs: 2-D vector fields, ti.static loops over offsets, boundary tests, substeps in Python.
import taichi as ti

ti.init(arch=ti.cpu)
N = 12
spacing = 1.0 / N
x = ti.Vector.field(3, dtype=ti.f32, shape=(N, N))
v = ti.Vector.field(3, dtype=ti.f32, shape=(N, N))
gravity = ti.Vector([0.0, -9.8, 0.0])
offsets = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (1, -1), (-1, 1)]


@ti.kernel
def reset():
    for i, j in x:
        x[i, j] = [i * spacing - 0.5, 0.6, j * spacing - 0.5]
        v[i, j] = [0.0, 0.0, 0.0]


@ti.kernel
def substep(dt: ti.f32):
    for I in ti.grouped(x):
        v[I] += gravity * dt
    for I in ti.grouped(x):
        force = ti.Vector([0.0, 0.0, 0.0])
        for o in ti.static(offsets):
            J = I + ti.Vector(o)
            if 0 <= J[0] < N and 0 <= J[1] < N:
                d = x[I] - x[J]
                rest = spacing * float(ti.Vector(o).norm())
                length = d.norm()
                direction = d / length
                force += -300.0 * direction * (length / rest - 1.0)
                force += -0.5 * (v[I] - v[J]).dot(direction) * direction * spacing
        v[I] += force * dt
    for i, j in x:
        v[i, j] *= ti.exp(-1.0 * dt)
        if (i == 0 or i == N - 1) and j == 0:
            v[i, j] = ti.Vector([0.0, 0.0, 0.0])
        x[i, j] += dt * v[i, j]


reset()
for step in range(300):
    substep(1e-3)
for i, j in ((0, 0), (5, 5), (11, 11), (3, 9)):
    print(i, j, *(f"{c:.5f}" for c in x[i, j]))
total = x.to_numpy().sum(axis=(0, 1))
print("mean height", f"{total[1] / (N * N):.5f}")
