import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.func
def inner(a):
    return a << 1
    #      ^ E0302: unsupported operand type for '<<': f32 and i32
    # note: in the call from here
    # note: in the call from here
    # note: it needs integers; ti.cast(x, ti.i32) converts


@ti.func
def outer(a):
    return inner(a) + 1


@ti.kernel
def k():
    x[0] = outer(x[1])


k()
