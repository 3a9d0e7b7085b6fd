import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    a = x[0]
    if a in (1, 2):
    #  ^ E0122: 'in' is supported on compile-time values only
    # note: compare numbers with == and !=
        x[1] = 1


k()
