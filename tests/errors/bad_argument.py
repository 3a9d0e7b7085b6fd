import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    a = ti.cast(x[0], 3)


k()
