import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    a = x(0)
    #   ^ E0306: a field cannot be called


k()
