import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a = ti.Vector([1.0, 2.0])
    b = a.normalised()
    #   ^ E0203: a vector of 2 f32 has no attribute 'normalised'
    # note: did you mean 'normalized'?


k()
