import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    ti.atomic_add(1, 2)


k()
