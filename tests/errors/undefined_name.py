import taichi as ti

ti.init(arch=ti.vulkan)
alpha = 2.0
y = ti.field(ti.f32, 8)


@ti.kernel
def k():
    for i in y:
        y[i] = alhpa * i
        #      ^ E0201: name 'alhpa' is not defined
        # note: did you mean 'alpha'?


k()
