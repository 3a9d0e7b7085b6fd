import taichi as ti

ti.init(arch=ti.vulkan)

@ti.func
def f(n):
    return f(n - 1)
    #      ^ E0119: functions are inlined more than 100 deep here
    # note: in the call from here
    # note: in the call from here
    # note: in the call from here
    # note: in the call from here
    # note: a @ti.func may call itself only if compile-time arguments (ti.template()) end the recursion


@ti.kernel
def k():
    a = f(3)


k()
