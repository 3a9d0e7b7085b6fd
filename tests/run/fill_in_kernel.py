# SPDX-License-Identifier: Apache-2.0
# tolerance: 0
# A fill inside a kernel happens at every launch, in its place among the loops.
import taichi as ti

ti.init(arch=ti.cpu)

scalars = ti.field(ti.f32, 4)
count = ti.field(ti.i32, ())
vectors = ti.Vector.field(2, ti.f32, 3)
matrices = ti.Matrix.field(2, 2, ti.f32, 2)
passed = ti.field(ti.f32, 2)


@ti.func
def clear(f: ti.template(), value):
    f.fill(value)


@ti.data_oriented
class Owner:
    def __init__(self):
        self.data = ti.field(ti.f32, 3)

    @ti.kernel
    def step(self, value: ti.f32):
        self.data.fill(value)
        for i in self.data:
            self.data[i] += i


@ti.kernel
def step(f: ti.template(), value: ti.f32):
    scalars.fill(2.5)
    count.fill(3)
    f.fill(value)
    clear(vectors, value + 1)
    matrices.fill(2)
    for i in range(4):
        scalars[i] += 1.0
    for i in vectors:
        vectors[i] += 1.0


owner = Owner()
for k in range(3):
    count[None] += 1
    step(passed, 0.5 + k)
    owner.step(k)
    for f in (scalars, count, vectors, matrices, passed, owner.data):
        print(*f.to_numpy().ravel().tolist())
