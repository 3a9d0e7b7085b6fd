import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in ti.static(range(8)):
        if x[i] > 3:
            break
           #^ E0103: cannot break a static for-loop under a condition that is known at run time only
           # note: make the condition static, `if ti.static(...)`, or the loop a run-time one, `range(...)`


k()
