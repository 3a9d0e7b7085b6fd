import taichi as ti

ti.init(arch=ti.vulkan)

@ti.func
def add(a, b):
    return a + b


@ti.kernel
def k():
    a = add(1, c=2)
    #   ^ E0118: 'add' has no parameter 'c'
    # note: the function is defined here


k()
