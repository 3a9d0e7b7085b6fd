import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.func
def sign(a):
    if a > 0:
        return 1
    return -1


@ti.kernel
def k():
    x[0] = sign(x[1])


k()
