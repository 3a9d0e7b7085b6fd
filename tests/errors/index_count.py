import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, (4, 4))


@ti.kernel
def k():
    for i in range(4):
        x[i] = 1.0


k()
