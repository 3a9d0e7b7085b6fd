import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    if x[0] > 0:
        a = 1
    x[1] = a
    #      ^ E0202: name 'a' is not defined here
    # note: 'a' was declared inside this block and ended with it
    # note: assign it a first value before the block


k()
