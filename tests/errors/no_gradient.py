import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    for i in x:
        x.grad[i] = 1.0


k()
