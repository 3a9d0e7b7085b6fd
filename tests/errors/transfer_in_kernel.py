import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    a = x.to_numpy()
       #^ E0901: `to_numpy` of a field inside of a kernel is not supported


k()
