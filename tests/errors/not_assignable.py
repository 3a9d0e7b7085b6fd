import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    x += 1
   #^ E0113: a field cannot be assigned to
   # note: index it: `x[i] = ...`, or `x[None] = ...` for a 0-D field


k()
