import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in range(8):
        i += 1
       #^ E0106: the loop index 'i' cannot be assigned
       # note: copy it into a variable of another name
        x[i] = i


k()
