import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in range(8):
        for j in x:
        #        ^ E0110: struct_for cannot be nested in another loop or in an `if`
        # note: loop over ti.ndrange(*x.shape), or ti.grouped(ti.ndrange(*x.shape)), instead
            x[j] += i


k()
