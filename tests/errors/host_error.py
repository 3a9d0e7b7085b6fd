import taichi as ti

ti.init(arch=ti.vulkan)
table = {"a": 1}
names = object()


@ti.kernel
def k():
    a = names[0]
    #   ^ E0204: TypeError: 'object' object is not subscriptable


k()
