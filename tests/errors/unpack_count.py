import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a, b = ti.Vector([1, 2, 3])


k()
