import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.Vector([1, 2, 3])
    b = a[3]
    #     ^ E0352: index 3 is outside of the 3 components


k()
