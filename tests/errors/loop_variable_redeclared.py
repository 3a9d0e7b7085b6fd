import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    i = 0
    for i in range(8):
        x[i] = i


k()
