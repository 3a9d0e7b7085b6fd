import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    a = missing + 1
    #   ^ E0201: name 'missing' is not defined
    b = a * 2
    x[0] = b & 1
    c = x[0] & 1
    #   ^ E0302: unsupported operand type for '&': f32 and i32
    for i in range(absent):
    #              ^ E0201: name 'absent' is not defined
    # note: it needs integers; ti.cast(x, ti.i32) converts
        x[i] = nothing


k()
