import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    ti.atomic_add(1, 2)
    #             ^ E0309: cannot use a value that is not in memory as the destination of an atomic operation
    # note: the destination must be an element of a field or ndarray, or a local variable


k()
