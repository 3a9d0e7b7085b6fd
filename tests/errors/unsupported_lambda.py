import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    f = lambda x: x
    #   ^ E0101: 'lambda' is not supported in a kernel
    y = 1


k()
