import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    if x[0] > 0:
        a = 1
    x[1] = a


k()
