import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    if x > 0:
      #^ E0301: a field is not a number that a kernel can compute with
      # note: index it: `x[i]`, or `x[None]` for a 0-D field
        x[0] = 1.0


k()
