import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.func
def sign(a):
    if a > 0:
        return 1
       #^ E0104: Return inside non-static if/for is not supported
       # note: in the call from here
       # note: assign the result to a variable and return it at the end of the function
    return -1


@ti.kernel
def k():
    x[0] = sign(x[1])


k()
