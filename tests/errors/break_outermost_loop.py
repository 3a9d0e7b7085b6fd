import taichi as ti

ti.init(arch=ti.vulkan)
x = ti.field(ti.i32, 8)


@ti.kernel
def k():
    for i in x:
        if x[i] > 3:
            break
           #^ E0102: Cannot break in the outermost loop
           # note: its iterations run in parallel; `ti.loop_config(serialize=True)` before the loop makes it run in order


k()
