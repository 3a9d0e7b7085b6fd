import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    f = lambda x: x
    y = 1


k()
