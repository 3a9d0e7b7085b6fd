# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)


@ti.kernel
def square():
    for i in x:
        x[i] = x[i] * x[i]
        #      ^ E0402: the gradient needs the value of 'x' read here, and the kernel overwrites it
        # note: overwritten here
        # note: write the result to another field, or to another index that is a constant apart


square.grad()
