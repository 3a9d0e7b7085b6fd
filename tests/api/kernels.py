# SPDX-License-Identifier: Apache-2.0
"""The package that the tests of the C and C++ API run: a little of each kind of argument, field, array, graph, result.

    tinsmith run tests/api/kernels.py FOLDER
"""
import sys

import taichi as ti

ti.init()

SIZE = 8
vec3 = ti.types.vector(3, ti.i32)
mat23 = ti.types.matrix(2, 3, ti.f32)

x = ti.field(ti.f32, shape=SIZE, needs_grad=True)
loss = ti.field(ti.f32, shape=(), needs_grad=True)
out = ti.field(ti.f32, shape=(2, 4))
points = ti.Vector.field(3, ti.i32, shape=4)
tensors = ti.Matrix.field(2, 3, ti.f32, shape=2)
flags = ti.field(ti.u1, shape=3)
counter = ti.field(ti.i32, shape=())


@ti.kernel
def fill(base: ti.f32, step: ti.f32):
    """Sets x[i] to base + step * i."""
    for i in x:
        x[i] = base + step * i


@ti.kernel
def clear_loss():
    """Sets the loss to zero and its gradient to one."""
    loss[None] = 0.0
    loss.grad[None] = 1.0
    for i in x:
        x.grad[i] = 0.0


@ti.kernel
def forward():
    """Adds the sum of all x[i]^2 to the loss."""
    for i in x:
        loss[None] += x[i] * x[i]


@ti.kernel
def count(by: ti.i32):
    counter[None] += by


@ti.kernel
def scalars(a: ti.f32, b: ti.i32, c: ti.u32, d: ti.u1):
    out[0, 0] = a
    out[0, 1] = ti.cast(b, ti.f32)
    out[0, 2] = ti.cast(c >> 16, ti.f32)
    out[0, 3] = 1.0 if d else -1.0
    for i in flags:
        flags[i] = d


@ti.kernel
def tensor_arguments(v: vec3, m: mat23):
    for i in range(2):
        out[1, i] = m[i, 0] * v[0] + m[i, 1] * v[1] + m[i, 2] * v[2]
    for i in tensors:
        tensors[i] = m * (i + 1)
    for i in points:
        points[i] = v + i


@ti.kernel
def total(a: ti.types.ndarray(dtype=ti.f32, ndim=1)) -> ti.f32:
    """The sum of a."""
    sum = 0.0
    for i in a:
        sum += a[i]
    return sum


@ti.kernel
def bounds(a: ti.types.ndarray(dtype=ti.i32, ndim=2)) -> vec3:
    """Rows, columns, and the last element."""
    return vec3(a.shape[0], a.shape[1], a[a.shape[0] - 1, a.shape[1] - 1])


@ti.kernel
def energy(a: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True),
           e: ti.types.ndarray(dtype=ti.f32, ndim=1, needs_grad=True)):
    for i in a:
        e[0] += 0.5 * a[i] * a[i] * (i + 1)


@ti.kernel
def ramp(a: ti.types.ndarray(dtype=ti.f32, ndim=1), start: ti.f32):
    for i in a:
        a[i] = start + i


@ti.kernel
def move(p: ti.types.ndarray(dtype=ti.types.vector(2, ti.f32), ndim=1), by: ti.types.vector(2, ti.f32)):
    for i in p:
        p[i] += by


@ti.kernel
def draw():
    """Random numbers, which tin_module_seed() seeds."""
    for i in range(4):
        points[i][0] = ti.cast(ti.random(ti.f32) * 1e6, ti.i32)


def graph():
    kind = ti.graph.ArgKind
    vec2 = ti.types.vector(2, ti.f32)
    a = ti.graph.Arg(kind.NDARRAY, "a", dtype=ti.f32, ndim=1)
    p = ti.graph.Arg(kind.NDARRAY, "p", dtype=vec2, ndim=1)
    builder = ti.graph.GraphBuilder()
    builder.dispatch(ramp, a, ti.graph.Arg(kind.SCALAR, "start", dtype=ti.f32))
    builder.dispatch(move, p, ti.graph.Arg(kind.MATRIX, "by", dtype=vec2))
    builder.dispatch(move, p, ti.graph.Arg(kind.MATRIX, "by", dtype=vec2))
    return builder.compile()


module = ti.aot.Module(arch=ti.metal)
for name, field in (("x", x), ("x_grad", x.grad), ("loss", loss), ("loss_grad", loss.grad), ("out", out),
                    ("points", points), ("tensors", tensors), ("flags", flags), ("counter", counter)):
    module.add_field(name, field)
for kernel in (fill, clear_loss, forward, count, scalars, tensor_arguments, draw):
    module.add_kernel(kernel)
module.add_kernel(forward.grad, name="backward")
f32s = ti.ndarray(ti.f32, SIZE, needs_grad=True)
module.add_kernel(total, {"a": f32s})
module.add_kernel(bounds, {"a": ti.ndarray(ti.i32, (2, 3))})
module.add_kernel(energy, {"a": f32s, "e": f32s})
module.add_kernel(energy.grad, {"a": f32s, "e": f32s}, name="energy_backward")
module.add_graph("ramp_and_move", graph())
module.save(sys.argv[1])
