import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.Vector([1.0, 2.0])
    b = ti.Vector([1.0, 2.0, 3.0])
    c = a + b
    #   ^ E0353: '+' on matrices of different shapes, (2,) and (3,)


k()
