import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def inner():
    pass


@ti.kernel
def k():
    inner()
   #^ E0120: kernel 'inner' cannot be called inside of a kernel
   # note: make it a @ti.func, or call it from Python


k()
