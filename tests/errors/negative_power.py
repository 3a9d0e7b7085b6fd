import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    x[0] = x[1] ** -2
    #      ^ E0305: negative exponent on an integer base
    # note: an integer cannot hold the result; write `ti.cast(x, float) ** -n`


k()
