import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    if ti.static(x[0] > 0):
        x[1] = 1


k()
