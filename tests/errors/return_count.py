import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k() -> tuple[ti.i32, ti.i32]:
    return 1, 2, 3
   #^ E0117: the kernel returns 2 values, here are 3


k()
