import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32)


@ti.kernel
def k():
    x[0] = 1.0


k()
