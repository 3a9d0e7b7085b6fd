# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-6
"""Templates, narrow types, nested functions, classes, matrix programs, scopes: a line for each small kernel."""
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)

o = ti.field(ti.f32, 16)
oi = ti.field(ti.i32, 16)
m = ti.field(ti.i32, (4, 5))
s = ti.field(ti.i32, ())
v = ti.Vector.field(3, ti.f32, 4)
M = ti.Matrix.field(2, 2, ti.f32, 3)
o2 = ti.field(ti.f32, (3, 4))


def L(f):
    return f.to_numpy().tolist()


def zero_d():
    @ti.kernel
    def k():
        for I in ti.grouped(s): s[I] = 7
        for i in ti.ndrange(3): oi[i] = i + 1
        for i in ti.ndrange((2, 4)): oi[i + 4] = i
    k(); return s[None], L(oi)


def templ():
    @ti.kernel
    def k(x: ti.template(), y: ti.template(), n: ti.template()):
        for I in ti.grouped(x): y[I] = x[I] * n + I.sum()
    k(o2, o2, 3); o2.fill(1); k(o2, o2, 2); return L(o2)


def narrow():
    a = ti.field(ti.i8, 4); b = ti.field(ti.u8, 4); c = ti.field(ti.i16, 4); d = ti.field(ti.u16, 4); e = ti.field(ti.i64, 4); f = ti.field(ti.u64, 4); g = ti.field(ti.f16, 4); h = ti.field(ti.f64, 4)
    @ti.kernel
    def k():
        for i in range(4):
            a[i] = 100 * i; b[i] = 100 * i; c[i] = 30000 * i; d[i] = 30000 * i; e[i] = ti.cast(i, ti.i64) * 1000000 * 1000000; f[i] = ti.cast(i, ti.u64) << 40; g[i] = i * 0.1; h[i] = ti.cast(i, ti.f64) / 3
            b[i] += 1; e[i] -= 1; h[i] += 0.5; c[i] |= 1
    k(); return [L(x) for x in (a, b, c, d, e, f, g, h)]


def clamp():
    @ti.kernel
    def k(a: ti.types.ndarray(dtype=ti.f32, ndim=1, boundary="clamp")):
        for i in range(4): o[i] = a[i - 1] + a[i + 2]
    k(np.arange(4, dtype=np.float32)); return L(o)


def mixed_shapes():
    @ti.kernel
    def k(a: ti.types.ndarray(dtype=ti.math.mat2, ndim=1)):
        for i in a:
            a[i] = a[i] @ a[i].transpose() + i
            a[i][0, 1] += 5
    a = np.arange(8, dtype=np.float32).reshape(2, 2, 2); k(a); return a.tolist()


def chain_once():
    @ti.func
    def nxt():
        s[None] += 1
        return s[None]
    @ti.kernel
    def k():
        oi[0] = 0 < nxt() < 2
        oi[1] = s[None]
    k(); return L(oi)[:2]


def boolmix():
    @ti.kernel
    def k():
        for i in range(8):
            a = i > 2; b = i < 6
            oi[i] = (a and b) + 0
            oi[i + 8] = 10 if a and not b or i == 0 else 20
    k(); return L(oi)


def nestedfn():
    @ti.func
    def tri(a, b, c): return a * b + c
    @ti.func
    def deep(p):
        r = ti.Vector([0.0, 0.0])
        for i in ti.static(range(2)): r[i] = tri(p[i], 2.0, i)
        return r
    @ti.pyfunc
    def sq(x): return x * x
    @ti.kernel
    def k():
        d = deep(ti.Vector([1.0, 2.0]))
        o[0] = d.x; o[1] = d.y + sq(3.0); o[2] = tri(c=1, a=2, b=3)
        o[3] = ti.math.normalize(ti.math.vec2(3, 4)).y
    k(); return L(o), sq(4)


def staticret():
    @ti.func
    def pick(mode: ti.template(), x):
        if ti.static(mode == 0): return x + 1
        elif ti.static(mode == 1): return x * 2
        else:
            return x - 1
    @ti.kernel
    def k():
        for i in ti.static(range(3)): oi[i] = pick(i, 10)
    k(); return L(oi)


def matmany():
    @ti.kernel
    def k():
        for i in M:
            M[i] = ti.Matrix([[i, 1.0], [2.0, i]])
        a = M[1] * M[2]; b = M[1] @ M[2]; c = M[1] + 1; d = 2 / (M[2] + 1); e = -M[1]
        o[0] = a[0, 0]; o[1] = b[0, 0]; o[2] = c[1, 0]; o[3] = d[0, 1]; o[4] = e[0, 1]; o[5] = M[2].determinant()
        M[0] += b; M[0] -= 1; M[0][0, 0] *= 2
        f = M[0]; f[1, 1] = 77
        x = f @ ti.Vector([1.0, 1.0]); o[6] = x[1]
        M[1] = f.transpose(); M[2] = M[2].inverse()
        g = ti.Matrix.identity(ti.f32, 2) * 3; o[7] = g[1, 1]; o[8] = f[1, :].sum(); o[9] = f.norm()
        h = ti.Vector([1, 2, 3, 4]); o[10] = h[1:3].sum(); h[0:2] = ti.Vector([9, 8]); o[11] = h.sum()
        r1, r2 = f[0, 0], f[0, 1]; o[12] = r1; o[13] = r2
    k(); return L(M), L(o)


def loopcarried():
    @ti.kernel
    def k(n: ti.i32) -> ti.f32:
        best = -1e9; arg = 0
        total = 0.0
        for _ in range(1):
            for i in range(n):
                t = ti.sin(i * 1.3)
                if t > best:
                    best = t
                    arg = i
                total += t
            oi[0] = arg; o[0] = best
        return total
    return k(10), oi[0], o[0]


def sums():
    @ti.kernel
    def k() -> ti.f32:
        a = 0.0
        for i in range(10): a += 0.5
        b = ti.Vector([0.0, 0.0])
        for i in range(10): b += ti.Vector([1.0, 2.0])
        c = 1
        for i in range(3): ti.atomic_or(c, 1 << i)
        return a + b[0] + b[1] + c
    return k()


def ifelif():
    @ti.kernel
    def k():
        for i in range(6):
            if i == 0: oi[i] = 10
            elif i < 3: oi[i] = 20
            elif i < 5:
                if i == 3: oi[i] = 30
                else: oi[i] = 31
            else: oi[i] = 40
    k(); return L(oi)


def capture():
    N = 5; names = {'k': 3}; tup = (1, 2.5); lst = [4, 5]
    class C: z = 9
    @ti.kernel
    def k():
        o[0] = N * names['k'] + tup[1] + lst[1] + C.z
        for i, q in ti.static(enumerate(lst)): o[i + 1] = q
        o[4] = len(lst) + max(lst[0], lst[1])
        o[5] = np.pi
    k(); return L(o)


def fieldlist():
    fs = [ti.field(ti.f32, 3) for _ in range(3)]
    @ti.kernel
    def k():
        for i in ti.static(range(3)):
            for j in fs[i]: fs[i][j] = i * 10 + j
        for f in ti.static(fs):
            f[0] += 0.5
    k(); return [L(f) for f in fs]


def multiret():
    @ti.kernel
    def k(a: ti.f32) -> tuple[ti.f32, ti.i32]:
        return a * 2, 7
    return list(k(1.5))


def kwargs():
    @ti.kernel
    def k(a: ti.f32, b: ti.i32) -> ti.f32:
        return a + b
    return k(b=2, a=0.5)


def bitops64():
    @ti.kernel
    def k():
        a = ti.u64(0x123456789ABCDEF0)
        b = a ^ (a >> 12)
        b ^= b << 25
        oi[0] = ti.cast(b & 0x7FFFFFFF, ti.i32)
        c = ti.u32(2463534242)
        ti.loop_config(serialize=True)
        for i in range(3):
            c ^= c << 13
            c ^= c >> 17
            c ^= c << 5
        oi[1] = ti.cast(c >> 1, ti.i32)
    k(); return L(oi)[:2]


def augexpr():
    @ti.kernel
    def k():
        for i in o:
            o[i] = i
        for i in o:
            o[i] *= 2
            o[i] /= 4
            o[i] **= 2
            o[i] -= 1
            oi[i] = 20
            oi[i] //= 3
            oi[i] %= 4
            oi[i] <<= 2
            oi[i] >>= 1
            oi[i] |= 1
    k(); return L(o), L(oi)


def tuples():
    @ti.kernel
    def k():
        a = (1, 2.5)
        x, y = a
        o[0] = x + y; o[1] = a[1]
        p = [ti.Vector([1.0, 2.0]), ti.Vector([3.0, 4.0])]
        o[2] = p[1][0]
    k(); return L(o)


def vecdyn2():
    @ti.kernel
    def k(n: ti.i32):
        for i in range(3):
            a = ti.Vector([0, 0, 0])
            for j in range(n): a[j % 3] += j
            oi[i] = a[i]
    k(7); return L(oi)


def mathfns():
    @ti.kernel
    def k():
        a = 0.7
        o[0] = ti.tan(a); o[1] = ti.asin(a); o[2] = ti.acos(a); o[3] = ti.tanh(a); o[4] = ti.log(a); o[5] = ti.rsqrt(a); o[6] = ti.atan2(a, -0.3)
        o[7] = ti.exp(a); o[8] = ti.pow(a, 3.3); o[9] = ti.ceil(a); o[10] = ti.floor(-a); o[11] = ti.round(2.5); o[12] = ti.round(-1.5); o[13] = ti.cos(a); o[14] = a // 0.3; o[15] = ti.sqrt(a)
    k(); return [round(x, 4) for x in L(o)]


def deepscope():
    @ti.kernel
    def k():
        a = 1
        for i in range(2):
            b = a + i
            if b > 1:
                c = b * 2
                oi[i] = c
            else:
                c = 100
                oi[i] = c
            for j in range(2):
                b += j
            oi[i + 4] = b
    k(); return L(oi)


def oo2():
    @ti.data_oriented
    class Base:
        K = 3
        def __init__(self):
            self.f = ti.Vector.field(2, ti.f32, 3); self.d = {'a': 2}; self.opts = [1, 2]
        @staticmethod
        @ti.func
        def st(x): return x * 10
        @ti.func
        def upd(self, i):
            self.f[i].x += self.st(i) + self.K
        @property
        def nn(self): return 3
        @ti.kernel
        def run(self):
            for i in range(self.nn): self.upd(i)
            if ti.static(self.d['a'] == 2): self.f[0].y = self.opts[1]
    class D(Base):
        K = 4
    b = D(); b.run(); return L(b.f)


for case in (zero_d, templ, narrow, clamp, mixed_shapes, chain_once, boolmix, nestedfn, staticret, matmany, loopcarried, sums, ifelif, capture, fieldlist, multiret, kwargs, bitops64, augexpr, tuples, vecdyn2, mathfns, deepscope, oo2):
    for f in (o, oi, m, s, v, M, o2):
        f.fill(0)
    print(case.__name__, case())
