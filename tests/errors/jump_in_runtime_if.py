import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in ti.static(range(8)):
        if x[i] > 3:
            break


k()
