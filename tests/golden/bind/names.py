# golden: hpp swift
r"""Names that no language takes as they are, and docstrings with what could end a comment."""
import sys

import taichi as ti

ti.init(arch=ti.vulkan)
fields = {name: ti.field(ti.f32, 2) for name in
          ("module", "shape", "fingerprint", "class", "default", "in", "3d", "a b", "a_b", "a-b", "größe", "__init__",
           "total_loss", "totalLoss", "Shape", "package", "scale", "x", "MAX", "layer_1_2")}
loss = ti.field(ti.f32, (), needs_grad=True)
y = ti.field(ti.f32, 4, needs_grad=True)


@ti.kernel
def init(device: ti.f32, on: ti.f32, x: ti.f32, self_: ti.f32, int_: ti.f32):
    r"""A comment */ that /* could end, a \backslash, a "quote", `code`, $dollar, \(interpolation).

    The next line ends with a backslash \
    and ??/ was a trigraph. Größe: 次元 😀. <b>markup</b> @param \param
    Right to left: ‮abc‬.
    """
    fields["x"][0] = device + on + x + self_ + int_


@ti.kernel
def square():
    for i in y:
        loss[None] += y[i] * y[i]


@ti.kernel
def fill(value: ti.template(), scale: ti.f32):
    fields["scale"][0] = value * scale


module = ti.aot.Module(ti.vulkan)
for name, field in fields.items():
    module.add_field(name, field)
module.add_kernel(init)
module.add_kernel(init, name="delete")
module.add_kernel(square, name="operator")
module.add_kernel(square.grad, name="operator gradient")
module.add_kernel(square, name="square-kernel")
module.add_kernel(square.grad, name="gradient")
with module.add_kernel_template(fill) as template:
    template.instantiate(value=1)
    template.instantiate(value=2.5)
module.save(sys.argv[1])
