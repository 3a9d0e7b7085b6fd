import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    if x[0]:
        x[1] = 1.0


k()
