# SPDX-License-Identifier: Apache-2.0
# tolerance: 2e-3
# Smoothed particles with neighbour lists: integer grids, 2-D list field, atomics that return the old value, ti.math vectors.
import taichi as ti
import taichi.math as tm

ti.init(arch=ti.gpu)
N, CELLS, MOST, H = 256, 16, 32, 1.0 / 16
pos = ti.Vector.field(2, ti.f32, N)
vel = ti.Vector.field(2, ti.f32, N)
density = ti.field(ti.f32, N)
count = ti.field(ti.i32, (CELLS, CELLS))
members = ti.field(ti.i32, (CELLS, CELLS, MOST))


@ti.func
def cell_of(p):
    return tm.clamp(ti.cast(p * CELLS, ti.i32), 0, CELLS - 1)


@ti.func
def kernel_value(r: ti.f32) -> ti.f32:
    q = tm.clamp(1.0 - r / H, 0.0, 1.0)
    return q * q * (3.0 - 2.0 * q)


@ti.kernel
def place():
    for i in pos:
        pos[i] = tm.vec2(0.2 + 0.6 * (i % 16) / 16, 0.2 + 0.6 * (i // 16) / 16)
        vel[i] = tm.vec2(0.1 * tm.sin(float(i)), -0.1)


@ti.kernel
def sort_into_cells():
    for c in ti.grouped(count):
        count[c] = 0
    for i in pos:
        c = cell_of(pos[i])
        slot = ti.atomic_add(count[c], 1)
        if slot < MOST:
            members[c, slot] = i


@ti.kernel
def measure():
    for i in pos:
        c = cell_of(pos[i])
        total = 0.0
        for o in ti.grouped(ti.ndrange((-1, 2), (-1, 2))):
            n = c + o
            if 0 <= n.x < CELLS and 0 <= n.y < CELLS:
                for k in range(ti.min(count[n], MOST)):
                    total += kernel_value(tm.distance(pos[i], pos[members[n, k]]))
        density[i] = total


@ti.kernel
def push(dt: ti.f32):
    for i in pos:
        c = cell_of(pos[i])
        force = tm.vec2(0.0, -1.0)
        for ox, oy in ti.ndrange((-1, 2), (-1, 2)):
            n = c + tm.ivec2(ox, oy)
            if n.min() < 0 or n.max() >= CELLS:
                continue
            for k in range(ti.min(count[n], MOST)):
                j = members[n, k]
                if j == i:
                    continue
                d = pos[i] - pos[j]
                r = d.norm() + 1e-6
                if r < H:
                    force += d / r * (density[i] + density[j] - 6.0) * kernel_value(r)
        vel[i] += dt * force
    for i in pos:
        for a in ti.static(range(2)):
            nxt = pos[i][a] + dt * vel[i][a]
            if nxt < 0.02 or nxt > 0.98:
                vel[i][a] *= -0.3
            else:
                pos[i][a] = nxt


place()
for _ in range(20):
    sort_into_cells()
    measure()
    push(5e-3)
print("density", f"{density.to_numpy().mean():.4f}", "mean", *(f"{c:.4f}" for c in pos.to_numpy().mean(axis=0)))
for i in (0, 100, 255):
    print(i, f"{pos[i].x:.4f} {pos[i].y:.4f} {density[i]:.3f}")
print("in cells", int(count.to_numpy().sum()))
