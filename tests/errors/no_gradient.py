import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    for i in x:
        x.grad[i] = 1.0
       #^ E0355: this field has no gradient
       # note: declare it with needs_grad=True


k()
