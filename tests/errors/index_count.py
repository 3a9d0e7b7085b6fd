import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, (4, 4))


@ti.kernel
def k():
    for i in range(4):
        x[i] = 1.0
        # ^ E0350: field with dim 2 accessed with indices of dim 1
        # note: give one index for each of its 2 axes


k()
