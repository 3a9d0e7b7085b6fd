import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    a = x[0] & 1
    #   ^ E0302: unsupported operand type for '&': f32 and i32
    # note: it needs integers; ti.cast(x, ti.i32) converts


k()
