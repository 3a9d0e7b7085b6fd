# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)
y = ti.field(ti.f32, shape=(), needs_grad=True)


@ti.kernel
def last():
    s = 0.0
    for i in x:
        s = x[i]
       #^ E0406: iterations of a parallel loop assign the same local variable
       # note: accumulate with `+=`, or declare the variable inside of the loop
    y[None] = s


last.grad()
