# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)
y = ti.field(ti.f32, shape=4, needs_grad=True)


@ti.kernel
def shuffle_bits():
    for i in x:
        y[i] = ti.bit_cast(ti.bit_cast(x[i], ti.i32) + 1, ti.f32)
        #      ^ E0401: bit_cast has no derivative and a gradient passes through it
        # note: compute it in a kernel of its own and store it in a field without a gradient


shuffle_bits.grad()
