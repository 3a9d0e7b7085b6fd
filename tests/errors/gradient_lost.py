# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)
doubled = ti.field(ti.f32, shape=4)
y = ti.field(ti.f32, shape=4, needs_grad=True)


@ti.kernel
def through_a_constant():
    for i in x:
        doubled[i] = x[i] * 2
       #^ E0410: a gradient passes through 'doubled', which was made without one
       # note: give it needs_grad=True, or keep the value in a local variable
        y[i] = doubled[i]


through_a_constant.grad()
