import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i64, 8)


@ti.kernel
def k():
    x[0] = 1099511627776


k()
