import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    a = ti.cast(x[0], 3)
    #                 ^ E0307: a scalar type such as ti.f32 is needed here, not the int 3


k()
