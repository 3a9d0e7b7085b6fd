# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)
highest = ti.field(ti.f32, shape=(), needs_grad=True)


@ti.kernel
def find_highest():
    for i in x:
        ti.atomic_max(highest[None], x[i])
       #^ E0403: atomic_max on 'highest', which has a gradient
       # note: only += and -= are differentiated; compute the value in a local variable and store it


find_highest.grad()
