import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.Matrix([[1.0, 2.0], [3.0, 4.0]])
    b = a @ ti.Vector([1.0, 2.0, 3.0])
    #   ^ E0353: '@' needs matrices whose inner sizes agree
    # note: element-wise multiplication is `*`, the scalar product of vectors `a.dot(b)`


k()
