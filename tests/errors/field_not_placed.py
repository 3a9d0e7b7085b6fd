import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32)


@ti.kernel
def k():
    x[0] = 1.0
   #^ E0354: this field has not been placed
   # note: give it a shape, or place it with ti.root.dense(...).place(...) before the kernel is called


k()
