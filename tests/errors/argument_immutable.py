import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k(n: ti.i32):
    n = n + 1
   #^ E0105: Kernel argument 'n' is immutable in the kernel
   # note: copy it into a new variable to change its value


k(3)
