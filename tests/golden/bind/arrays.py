# golden: hpp swift
"""Arrays: of numbers, vectors and matrices; read, written and both; with gradients; and a graph over them."""
import sys

import taichi as ti

ti.init(arch=ti.vulkan)
vec2, mat22 = ti.types.vector(2, ti.f32), ti.types.matrix(2, 2, ti.f32)
loss = ti.field(ti.f32, (), needs_grad=True)


@ti.kernel
def saxpy(a: ti.f32, x: ti.types.ndarray(ti.f32, 1), y: ti.types.ndarray(ti.f32, 1)):
    """y += a x"""
    for i in y:
        y[i] += a * x[i]


@ti.kernel
def turn(points: ti.types.ndarray(vec2, 2), by: ti.types.ndarray(mat22, 1)):
    for I in ti.grouped(points):
        points[I] = by[0] @ points[I]


@ti.kernel
def halves(h: ti.types.ndarray(ti.f16, 1)):
    for i in h:
        h[i] = 0.5


@ti.kernel
def energy(x: ti.types.ndarray(ti.f32, 1, needs_grad=True), k: ti.f32):
    """Adds k x[i]^2 to the loss."""
    for i in x:
        loss[None] += k * x[i] * x[i]


array = ti.graph.Arg(ti.graph.ArgKind.NDARRAY, "array", ti.f32, ndim=1)
other = ti.graph.Arg(ti.graph.ArgKind.NDARRAY, "other", ti.f32, ndim=1)
factor = ti.graph.Arg(ti.graph.ArgKind.SCALAR, "factor", ti.f32)
shift = ti.graph.Arg(ti.graph.ArgKind.MATRIX, "shift", vec2)


@ti.kernel
def move(x: ti.types.ndarray(ti.f32, 1), by: vec2):
    for i in x:
        x[i] += by[0] + by[1]


builder = ti.graph.GraphBuilder()
builder.dispatch(saxpy, factor, array, other)
builder.dispatch(move, other, shift)
module = ti.aot.Module(ti.vulkan)
module.add_field("loss", loss)
module.add_field("loss_grad", loss.grad)
for kernel in (saxpy, turn, halves, energy):
    module.add_kernel(kernel)
module.add_kernel(energy.grad, name="energy_backward")
module.add_graph("step", builder.compile())
module.save(sys.argv[1])
