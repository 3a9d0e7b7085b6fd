import taichi as ti

ti.init(arch=ti.vulkan)

@ti.func
def f(n):
    return f(n - 1)


@ti.kernel
def k():
    a = f(3)


k()
