import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    try:
   #^ E0101: 'try' is not supported in a kernel
        pass
    finally:
        pass


k()
