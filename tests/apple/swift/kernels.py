# SPDX-License-Identifier: Apache-2.0
"""The kernels that the Swift tests call: each kind of argument, result, field and array once. Exported to the folder given."""
import sys

import taichi as ti

ti.init(arch=ti.metal)
vec3 = ti.types.vector(3, ti.f32)
vec2i = ti.types.vector(2, ti.i32)
mat23 = ti.types.matrix(2, 3, ti.f32)

x = ti.field(ti.f32, shape=8, needs_grad=True)
loss = ti.field(ti.f32, shape=(), needs_grad=True)
counts = ti.field(ti.i32, shape=(2, 3))
flags = ti.field(ti.u1, shape=4)
bytes_ = ti.field(ti.u8, shape=4)
wide = ti.field(ti.i64, shape=2)
points = ti.Vector.field(3, ti.f32, shape=4)
matrices = ti.Matrix.field(2, 3, ti.f32, shape=2)
out = ti.field(ti.f32, shape=6)
steps = ti.field(ti.i32, shape=())


@ti.kernel
def forward():
    """Adds the sum of all x[i]^2 to the loss."""
    for i in x:
        loss[None] += x[i] ** 2


@ti.kernel
def scalars(a: ti.f32, b: ti.i32, c: ti.u8, d: ti.u1):
    out[0] = a
    out[1] = b
    out[2] = c
    out[3] = 1.0 if d else -1.0


@ti.kernel
def tensors(v: vec3, w: vec2i, m: mat23):
    for i in ti.static(range(2)):
        out[i] = m[i, 0] * v[0] + m[i, 1] * v[1] + m[i, 2] * v[2] + w[i]


@ti.kernel
def spread():
    for i in points:
        points[i] = ti.Vector([i, 10.0 * i, 100.0 * i])
    for i in matrices:
        for j, k in ti.static(ti.ndrange(2, 3)):
            matrices[i][j, k] = 100 * i + 10 * j + k
    for i, j in counts:
        counts[i, j] = 10 * i + j
    for i in flags:
        flags[i] = i % 2 == 1
    for i in bytes_:
        bytes_[i] = ti.cast(250 + i, ti.u8)
    for i in wide:
        wide[i] = (ti.cast(1, ti.i64) << 40) + i


@ti.kernel
def count_up(by: ti.i32):
    steps[None] += by


@ti.kernel
def spin(rounds: ti.i32):
    """Works for a while: a cheap recurrence, which nothing can shorten."""
    for i in range(1):
        value = ti.cast(steps[None], ti.u32)
        for _ in range(rounds):
            value = value * ti.u32(1664525) + ti.u32(1013904223)
        out[5] = ti.cast(value >> 8, ti.f32)
        steps[None] += 1


@ti.kernel
def total(a: ti.types.ndarray(dtype=ti.f32, ndim=1)) -> ti.f32:
    result = 0.0
    for i in a:
        result += a[i]
    return result


@ti.kernel
def split(value: ti.i32) -> vec2i:
    return vec2i(value // 10, value % 10)


@ti.kernel
def scale(a: ti.types.ndarray(dtype=ti.f32, ndim=2), by: ti.f32):
    for i, j in a:
        a[i, j] *= by


@ti.kernel
def shift(a: ti.types.ndarray(dtype=vec3, ndim=1), by: vec3):
    for i in a:
        a[i] += by


@ti.kernel
def energy(a: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True),
           e: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True)):
    for i in a:
        e[0] += 0.5 * a[i] * a[i]


@ti.kernel
def noise():
    for i in out:
        out[i] = ti.random(ti.f32)


def graph():
    kind = ti.graph.ArgKind
    a = ti.graph.Arg(kind.NDARRAY, "a", dtype=ti.f32, ndim=2)
    by = ti.graph.Arg(kind.SCALAR, "by", dtype=ti.f32)
    builder = ti.graph.GraphBuilder()
    builder.dispatch(scale, a, by)
    builder.dispatch(scale, a, by)
    return builder.compile()


def export(folder):
    module = ti.aot.Module(arch=ti.metal)
    for name, field in (("x", x), ("x_grad", x.grad), ("loss", loss), ("loss_grad", loss.grad), ("counts", counts),
                        ("flags", flags), ("bytes", bytes_), ("wide", wide), ("points", points),
                        ("matrices", matrices), ("out", out), ("steps", steps)):
        module.add_field(name, field)
    module.add_kernel(forward)
    module.add_kernel(forward.grad, name="backward")
    for kernel in (scalars, tensors, spread, count_up, spin, split, noise):
        module.add_kernel(kernel)
    numbers = ti.ndarray(ti.f32, 2, needs_grad=True)
    module.add_kernel(total, {"a": ti.ndarray(ti.f32, 2)})
    module.add_kernel(scale, {"a": ti.ndarray(ti.f32, (2, 2))})
    module.add_kernel(shift, {"a": ti.ndarray(vec3, 2)})
    module.add_kernel(energy, {"a": numbers, "e": numbers})
    module.add_kernel(energy.grad, {"a": numbers, "e": numbers}, name="energy_grad")
    module.add_graph("scale_twice", graph())
    module.save(folder)


export(sys.argv[1])
