import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k() -> ti.i32:
    a = 1


k()
