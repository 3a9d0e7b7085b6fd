import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def inner():
    pass


@ti.kernel
def k():
    inner()


k()
