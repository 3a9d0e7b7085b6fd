import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    return 1
   #^ E0116: a kernel with a return value must be annotated with its type
   # note: write `-> ti.f32`, say, after the parameters


k()
