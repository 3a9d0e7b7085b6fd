import taichi as ti

ti.init(arch=ti.vulkan)
n = 3


@ti.kernel
def k():
    ti.static_assert(n % 2 == 0, "n must be even")
   #^ E0121: static assertion failed: n must be even


k()
