import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    if ti.static(x[0] > 0):
    #            ^ E0310: this condition is known at run time only
    # note: `ti.static` needs numbers, types and shapes that are known when the kernel is compiled
        x[1] = 1


k()
