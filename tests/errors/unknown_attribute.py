import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.sinus(1.0)


k()
