import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.f32, 8)


@ti.kernel
def k():
    print(x[0])
   #^ E0901: `print` in a kernel is not supported
   # note: write the value to a field and print that, or use ti.static_print for compile-time values


k()
