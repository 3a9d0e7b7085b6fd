import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in range(0, 8, 2):
        x[i] = i


k()
