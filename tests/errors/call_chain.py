import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.func
def inner(a):
    return a << 1


@ti.func
def outer(a):
    return inner(a) + 1


@ti.kernel
def k():
    x[0] = outer(x[1])


k()
