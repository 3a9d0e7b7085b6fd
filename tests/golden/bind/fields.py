# golden: hpp swift
"""Fields of numbers, vectors and matrices with any number of axes."""
import sys

import taichi as ti

ti.init(arch=ti.vulkan)
fields = {"one": ti.field(ti.f32, ()), "line": ti.field(ti.i32, 5), "volume": ti.field(ti.u8, (2, 3, 4)),
          "half": ti.field(ti.f16, 3), "large": ti.field(ti.u64, 2), "flags": ti.field(ti.u1, 7),
          "points": ti.Vector.field(3, ti.f32, 4), "tensors": ti.Matrix.field(2, 3, ti.f64, (2, 2)),
          "center": ti.Vector.field(2, ti.f32, ())}


@ti.kernel
def touch():
    for i in fields["line"]:
        fields["line"][i] = i


module = ti.aot.Module(ti.vulkan)
for name, field in fields.items():
    module.add_field(name, field)
module.add_kernel(touch)
module.save(sys.argv[1])
