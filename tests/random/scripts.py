# SPDX-License-Identifier: Apache-2.0
"""Random Taichi scripts: parallel loops over fields whose bodies are random expressions, branches, loops, jumps, gathers
and atomics, without data races (one kind of atomic for each place: their order is open). The script writes what it
computed to the .npz file it is given.

    python3 tests/random/scripts.py SEED            prints one
"""
import random
import sys

FIELDS = """import sys
import numpy as np
import taichi as ti
ti.init(arch=ti.cpu, fast_math=False, offline_cache=False)
N, M = {n}, {m}
a = ti.field(ti.f32, (N, M))
b = ti.field(ti.f32, (M, N))
c = ti.field(ti.f32, (N, M))
e = ti.field(ti.f32, N)
f = ti.field(ti.f32, M)
g = ti.field(ti.i32, 64)
h = ti.field(ti.i32, 4)
m = ti.field(ti.i32, ())
x = ti.field(ti.f32, N * M)
v = ti.Vector.field(3, ti.f32, N)
numbers = np.random.RandomState(7)
a.from_numpy(numbers.rand(N, M).astype(np.float32) - 0.3)
b.from_numpy(numbers.rand(M, N).astype(np.float32))
e.from_numpy(numbers.rand(N).astype(np.float32))
f.from_numpy(numbers.rand(M).astype(np.float32))
v.from_numpy(numbers.rand(N, 3).astype(np.float32))
"""
RESULTS = "np.savez(sys.argv[1], c=c.to_numpy(), g=g.to_numpy(), h=h.to_numpy(), m=m.to_numpy(), x=x.to_numpy(), v=v.to_numpy())"

# A parallel loop: its head, index names, real values at hand, where the result goes.
LOOPS = [
    ("for i, j in c", ["i", "j"], ["a[i, j]", "b[j, i]", "e[i]", "f[j]"], "c[i, j] = {}"),
    ("for i in e", ["i"], ["e[i]", "a[i, 0]", "v[i][1]"], "v[i][2] = {}"),
    ("for i in range(-3, N)", ["i"], ["e[i % N]", "f[i % M]"], "g[i & 63] += ti.cast(min(max({}, -99.0), 99.0), ti.i32)"),
    ("for i, j in ti.ndrange(N, (0, M))", ["i", "j"], ["a[i, j]", "e[i]"], "x[i * M + j] = {}"),
    ("for i in x", ["i"], ["a[i // M, i % M]"], "x[i] = {}"),
]


class Script:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = []
        self.names = 0

    def pick(self, *things):
        return self.random.choice(things)

    def name(self, stem):
        self.names += 1
        return f"{stem}{self.names}"

    def line(self, depth, text):
        self.lines.append("    " * depth + text)

    def integer(self, depth, indices):
        if depth == 0:
            return self.pick(*indices, str(self.random.randint(-5, 9)))
        x, y = self.integer(depth - 1, indices), self.integer(depth - 1, indices)
        return self.pick(f"({x} + {y})", f"({x} - {y})", f"({x} * {y})", f"min({x}, {y})", f"max({x}, {y})",
                         f"({x} & {y})", f"({x} ^ {y})", f"({x} >> {self.random.randint(0, 4)})",
                         f"({x} // {self.pick(2, 3, 7, 8, -3)})", f"({x} % {self.pick(2, 5, 16, -3)})")

    def condition(self, reals, indices):
        real, index = self.pick(*reals), self.pick(*indices)
        return self.pick(f"{index} % {self.random.randint(2, 4)} == {self.random.randint(0, 1)}", f"{real} > 0.3",
                         f"{index} < {self.random.randint(0, 20)}", f"{index} < {self.random.randint(0, 20)} and {real} < 0.4",
                         f"{index} > 4 or {real} > 0.6")

    def real(self, depth, reals, indices):
        if depth == 0:
            return self.pick(*reals, *reals, f"{self.random.uniform(-2, 2):.3f}")
        x, y = self.real(depth - 1, reals, indices), self.real(depth - 1, reals, indices)
        return self.pick(f"({x} + {y})", f"({x} - {y})", f"({x} * {y})", f"min({x}, {y})", f"max({x}, {y})",
                         f"({x} if {self.condition(reals, indices)} else {y})", f"abs({x})", f"ti.sin({x})",
                         f"ti.sqrt(abs({x}))", f"ti.exp(-abs({x}))", f"ti.floor({x})",
                         f"ti.cast({self.integer(1, indices)}, ti.f32)")

    def bounds(self, indices):
        return self.pick(str(self.random.randint(1, 9)), "M", "N", f"{self.pick(*indices)} & 7",
                         f"2, ({self.pick(*indices)} % 5) + 3")

    def body(self, depth, nesting, reals, indices, variables):
        """Statements at `depth`; returns the names of real values that they leave behind."""
        self.line(depth, "pass")
        for _ in range(self.random.randint(1, 3)):
            kind = self.pick("let", "let", "update", "if", "for", "while", "atomic", "vector", "gather")
            if kind == "let":
                name = self.name("t")
                self.line(depth, f"{name} = {self.real(2, reals, indices)}")
                reals, variables = reals + [name], variables + [name]
            elif kind == "update":
                how = self.pick("+=", "-=", "=")
                self.line(depth, f"{self.pick(*variables)} {how} {self.real(1, reals, indices)}")
            elif kind == "if" and nesting:
                self.line(depth, f"if {self.condition(reals, indices)}:")
                self.body(depth + 1, nesting - 1, reals, indices, variables)
                if self.random.random() < 0.5:
                    self.line(depth, "else:")
                    self.body(depth + 1, nesting - 1, reals, indices, variables)
            elif kind == "for" and nesting:
                name, bounds = self.name("k"), self.bounds(indices)
                self.line(depth, f"for {name} in range({bounds}):")
                self.body(depth + 1, nesting - 1, reals, indices + [name], variables)
                if self.random.random() < 0.3:
                    self.line(depth + 1, f"if {self.condition(reals, indices + [name])}:")
                    self.line(depth + 2, self.pick("break", "continue"))
                if bounds == "M":
                    self.line(depth + 1, f"{self.pick(*variables)} += f[{name}] * 0.1")
                if bounds == "N":
                    self.line(depth + 1, f"{self.pick(*variables)} += e[{name}] * b[{name} % M, {name}]")
            elif kind == "while" and nesting:
                name = self.name("w")
                self.line(depth, f"{name} = {self.pick(*indices)} & 3")
                self.line(depth, f"while {name} < {self.random.randint(2, 6)}:")
                self.line(depth + 1, f"{name} += 1")
                self.body(depth + 1, nesting - 1, reals, indices + [name], variables)
            elif kind == "atomic":
                x, y = self.integer(1, indices), self.integer(1, indices)
                self.line(depth, self.pick(f"g[({x}) & 63] += {y}", f"ti.atomic_max(m[None], {x})", f"ti.atomic_xor(h[1], {x})",
                                           f"ti.atomic_add(g[({x}) & 63], ({y}) & 3)"))
            elif kind == "vector":
                vector, name = self.name("u"), self.name("z")
                x, y, z = (self.real(1, reals, indices) for _ in range(3))
                self.line(depth, f"{vector} = ti.Vector([{x}, {y}, {z}])")
                self.line(depth, f"{name} = {vector}.dot(v[{self.pick(*indices)} % N]) + {vector}[{self.random.randint(0, 2)}]")
                reals = reals + [name]
            elif kind == "gather":
                name = self.name("r")
                self.line(depth, f"{name} = a[({self.integer(1, indices)}) % N, ({self.integer(1, indices)}) % M]")
                reals = reals + [name]
        return reals

    def kernel(self, name):
        head, indices, reals, result = self.pick(*LOOPS)
        self.line(0, "@ti.kernel")
        self.line(0, f"def {name}():")
        self.line(1, head + ":")
        self.line(2, f"q = {self.pick(*reals)}")
        if "v[i][1]" in reals:  # v is read at i alone: its cells are written
            self.line(2, f"q += {self.real(2, reals + ['q'], indices)}")
            self.line(2, result.format("q"))
            return
        reals = self.body(2, 2, reals + ["q"], indices, ["q"])
        self.line(2, result.format(self.pick(*reals) + " + q"))

    def text(self):
        sizes = {"n": self.pick(1, 3, 10, 17, 33, 64, 65, 130), "m": self.pick(1, 2, 7, 8, 10, 16, 31, 64, 70)}
        for kernel in ("first", "second", "third"):
            self.kernel(kernel)
            self.line(0, f"{kernel}()")
        return FIELDS.format(**sizes) + "\n".join(self.lines) + "\n" + RESULTS + "\n"


if __name__ == "__main__":
    print(Script(int(sys.argv[1])).text(), end="")
