import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.Vector([1, 2, 3])
    b = a[-1]
    #     ^ E0124: Negative indices are not supported in Taichi kernels
    # note: count from the front; the last component is `v[v.n - 1]`


k()
