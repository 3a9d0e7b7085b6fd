# SPDX-License-Identifier: Apache-2.0
# golden: inspect metal spirv ir-source ir-reverse ir-tasks
"""The kernel that the README and ARCHITECTURE.md follow: a sum of squares and its adjoint, exported to out/square or a folder."""
import sys

import taichi as ti

ti.init(arch=ti.metal)
x = ti.field(ti.f32, shape=16, needs_grad=True)
loss = ti.field(ti.f32, shape=(), needs_grad=True)


@ti.kernel
def forward():
    for i in x:
        loss[None] += x[i] ** 2


module = ti.aot.Module(arch=ti.metal)
module.add_field("x", x)
module.add_field("x_grad", x.grad)
module.add_field("loss", loss)
module.add_field("loss_grad", loss.grad)
module.add_kernel(forward)
module.add_kernel(forward.grad, name="backward")  # the adjoint, made by autodiff
module.save(sys.argv[1] if len(sys.argv) > 1 else "out/square")
