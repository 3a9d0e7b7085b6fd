import taichi as ti

ti.init(arch=ti.vulkan)

@ti.func
def add(a, b):
    return a + b


@ti.kernel
def k():
    a = add(1)
    #   ^ E0118: 'add' needs the argument 'b'
    # note: the function is defined here


k()
