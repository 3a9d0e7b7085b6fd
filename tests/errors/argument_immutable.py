import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k(n: ti.i32):
    n = n + 1


k(3)
