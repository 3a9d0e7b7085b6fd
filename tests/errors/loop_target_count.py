import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, (8, 8))


@ti.kernel
def k():
    for i in x:
    #   ^ E0111: this loop needs 2 indices, here are 1
    # note: ti.grouped(...) gives all indices as one vector
        x[i, i] = i


k()
