import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.Vector([1.0, 2.0])
    b = a.lenght()


k()
