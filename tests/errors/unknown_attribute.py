import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.sqtr(1.0)
    #   ^ E0203: module 'taichi' has no attribute 'sqtr'
    # note: did you mean 'sqrt'?


k()
