import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    a = x + 1.0


k()
