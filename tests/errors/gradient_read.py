# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)
y = ti.field(ti.f32, shape=4, needs_grad=True)


@ti.kernel
def gradient_penalty():
    for i in x:
        y[i] = x[i] * x.grad[i]
        #             ^ E0407: the gradient needs 'x.grad', a gradient itself
        # note: copy it to another field in a kernel of its own


gradient_penalty.grad()
