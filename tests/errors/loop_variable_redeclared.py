import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    i = 0
    for i in range(8):
    #   ^ E0107: Variable 'i' is already declared in the outer scope and cannot be used as loop variable
    # note: give the loop index another name
        x[i] = i


k()
