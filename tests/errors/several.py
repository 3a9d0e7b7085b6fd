import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    a = missing + 1
    b = a * 2
    x[0] = b & 1
    c = x[0] & 1
    for i in range(absent):
        x[i] = nothing


k()
