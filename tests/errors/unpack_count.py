import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    a, b = ti.Vector([1, 2, 3])
   #^ E0114: cannot unpack 3 values into 2 names


k()
