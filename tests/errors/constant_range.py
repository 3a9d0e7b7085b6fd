import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i64, 8)


@ti.kernel
def k():
    x[0] = 1099511627776
    #      ^ E0304: integer literal 1099511627776 exceeded the range of default_ip: i32
    # note: give it a wider type, `ti.i64(1099511627776)`, or set default_ip in ti.init


k()
