import taichi as ti

ti.init(arch=ti.vulkan)

@ti.func
def add(a, b):
    return a + b


@ti.kernel
def k():
    a = add(1)


k()
