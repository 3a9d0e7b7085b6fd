import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    a = x[0]
    if a in (1, 2):
        x[1] = 1


k()
