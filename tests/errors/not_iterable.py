import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in [1, 2, 3]:
        x[i] = i


k()
