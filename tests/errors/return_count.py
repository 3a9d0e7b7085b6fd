import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k() -> tuple[ti.i32, ti.i32]:
    return 1, 2, 3


k()
