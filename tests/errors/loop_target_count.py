import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, (8, 8))


@ti.kernel
def k():
    for i in x:
        x[i, i] = i


k()
