import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    x[0] = x[1] ** -2


k()
