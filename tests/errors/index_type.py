import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    x[0.5] = 1.0
    # ^ E0351: indices must be integers, not f32
    # note: `int(x)` or `ti.floor(x, ti.i32)` makes an index of a real number


k()
