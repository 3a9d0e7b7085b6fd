import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in range(8):
   #^ E0108: 'else' clause for 'for' is not supported in a kernel
        x[i] = i
    else:
        x[0] = 1


k()
