import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in range(0, 8, 2):
    #        ^ E0109: range in a kernel takes one or two arguments: no step
    # note: multiply the index in the body, or unroll with ti.static(range(...))
        x[i] = i


k()
