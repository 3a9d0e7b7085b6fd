# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-4
# Data-oriented classes: fields and constants as members, methods as kernels and functions, inheritance, two instances at once,
# a template field argument, a property, a static method.
import taichi as ti

ti.init(arch=ti.cpu)


@ti.data_oriented
class Grid:
    def __init__(self, n, decay):
        self.n = n
        self.decay = decay
        self.u = ti.field(ti.f32, shape=(n, n))
        self.next = ti.field(ti.f32, shape=(n, n))

    @staticmethod
    @ti.func
    def square(v):
        return v * v

    @property
    def cells(self):
        return self.n * self.n

    @ti.func
    def neighbours(self, i, j):
        return (self.u[(i + 1) % self.n, j] + self.u[(i - 1) % self.n, j] + self.u[i, (j + 1) % self.n] +
                self.u[i, (j - 1) % self.n])

    @ti.kernel
    def start(self):
        for i, j in self.u:
            self.u[i, j] = self.square(i - self.n // 2) * 0.1 - j * 0.05

    @ti.kernel
    def smooth(self):
        for i, j in self.u:
            self.next[i, j] = self.decay * 0.25 * self.neighbours(i, j)
        self.copy(self.u, self.next)

    @ti.func
    def copy(self, dst: ti.template(), src: ti.template()):
        for I in ti.grouped(dst):
            dst[I] = src[I]

    @ti.kernel
    def total(self) -> ti.f32:
        s = 0.0
        for I in ti.grouped(self.u):
            s += self.u[I]
        return s


@ti.data_oriented
class Sink(Grid):
    def __init__(self, n, decay, loss):
        super().__init__(n, decay)
        self.loss = loss

    @ti.kernel
    def drain(self):
        for i, j in self.u:
            self.u[i, j] -= self.loss


coarse, fine = Grid(8, 0.9), Sink(16, 0.99, 0.01)
for g in (coarse, fine):
    g.start()
    print(g.cells, f"{g.total():.4f}")
for _ in range(10):
    coarse.smooth()
    fine.smooth()
    fine.drain()
print(f"{coarse.total():.4f} {fine.total():.4f} {coarse.u[3, 4]:.5f} {fine.u[15, 0]:.5f}")
