import taichi as ti

ti.init(arch=ti.vulkan)

@ti.kernel
def k():
    try:
        pass
    finally:
        pass


k()
