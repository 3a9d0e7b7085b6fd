import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in [1, 2, 3]:
    #        ^ E0112: a list cannot be looped over at run time
    # note: wrap it in ti.static(...) to unroll the loop at compile time
        x[i] = i


k()
