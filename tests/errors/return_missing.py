import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k() -> ti.i32:
# E0115: the kernel must return a value on every path
# note: end it with `return`, or remove the return annotation
    a = 1


k()
