# SPDX-License-Identifier: Apache-2.0
# tolerance: 2e-4
# Gravitating bodies: vector fields, an all-pairs loop in a ti.func, leapfrog steps, energy as a reduction.
import math

import taichi as ti

ti.init(arch=ti.cpu)

N, DT, SOFTENING = 32, 0.002, 0.05
pos = ti.Vector.field(3, ti.f32, shape=N)
vel = ti.Vector.field(3, ti.f32, shape=N)
mass = ti.field(ti.f32, shape=N)


@ti.kernel
def place():
    for i in range(N):
        angle = 2.0 * math.pi * i / N
        radius = 1.0 + 0.3 * ti.sin(3.0 * angle)
        pos[i] = ti.Vector([radius * ti.cos(angle), radius * ti.sin(angle), 0.1 * ti.cos(5.0 * angle)])
        vel[i] = ti.Vector([-ti.sin(angle), ti.cos(angle), 0.0]) * 0.4
        mass[i] = 1.0 / N * (1.0 + 0.5 * (i % 3))


@ti.func
def acceleration(i):
    total = ti.Vector([0.0, 0.0, 0.0])
    for j in range(N):
        if i != j:
            d = pos[j] - pos[i]
            total += mass[j] * d / (d.norm_sqr() + SOFTENING**2) ** 1.5
    return total


@ti.kernel
def kick(h: ti.f32):
    for i in vel:
        vel[i] += h * acceleration(i)


@ti.kernel
def drift(h: ti.f32):
    for i in pos:
        pos[i] += h * vel[i]


@ti.kernel
def energy() -> ti.f32:
    e = 0.0
    for i in range(N):
        e += 0.5 * mass[i] * vel[i].dot(vel[i])
        for j in range(i):
            e -= mass[i] * mass[j] / ti.sqrt((pos[i] - pos[j]).norm_sqr() + SOFTENING**2)
    return e


place()
print("energy", energy())
for _ in range(50):
    kick(DT / 2)
    drift(DT)
    kick(DT / 2)
print("energy", energy())
for i in (0, 7, 31):
    print(i, *(f"{c:.6f}" for c in pos[i]), *(f"{c:.6f}" for c in vel[i]))
