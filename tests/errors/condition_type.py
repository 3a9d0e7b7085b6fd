import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    if x[0]:
    #  ^ E0303: conditions must be an integer; found f32
    # note: consider using `x != 0` instead of `x` for float values
        x[1] = 1.0


k()
