import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    return 1


k()
