# SPDX-License-Identifier: Apache-2.0
import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, shape=4, needs_grad=True)
y = ti.field(ti.f32, shape=4, needs_grad=True)


@ti.kernel
def noisy():
    for i in x:
        y[i] = x[i] * ti.random()
        #             ^ E0404: the gradient needs this random number again
        # note: draw it in a kernel of its own and store it in a field


noisy.grad()
