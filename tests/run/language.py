# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-6
"""Control flow, scope, functions, matrices, arrays, atomics: a line for each small kernel."""
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)

o = ti.field(ti.f32, 16)
oi = ti.field(ti.i32, 16)
m = ti.field(ti.i32, (4, 5))
s = ti.field(ti.i32, ())
v = ti.Vector.field(3, ti.f32, 4)
M = ti.Matrix.field(2, 2, ti.f32, 3)


def L(f):
    return f.to_numpy().tolist()


def ndr():
    @ti.kernel
    def k(n: ti.i32):
        for i, j in ti.ndrange(n, (1, 5)): m[i, j] = i*10+j
        for I in ti.grouped(m): oi[I[0]] += m[I]
        for I in ti.grouped(ti.ndrange(2, 3)): m[I] += 100*I.x
    k(4); return L(m), L(oi)


def ndr_assign():
    @ti.kernel
    def k():
        for i, j in ti.ndrange(4, 5):
            i = i + 1 if i < 3 else i
            m[i, j] = j
    k(); return L(m)


def structfor():
    @ti.kernel
    def k():
        for i, j in m: m[i, j] = i*j
        for i in o: o[i] = i
    k(); return L(m), L(o)


def serial_break():
    @ti.kernel
    def k() -> ti.i32:
        r = 0
        ti.loop_config(serialize=True)
        for i in range(100):
            if i == 7: break
            if i % 2: continue
            r += i
        return r
    return k()


def nested_break():
    @ti.kernel
    def k():
        for i in range(4):
            c = 0
            for j in range(10):
                if j > i: break
                c += 1
            for a, b in ti.ndrange(3, 3):
                if a == 1 and b == 1: break
                c += 100
            for a, b in ti.ndrange(3, 3):
                if a == b: continue
                c += 1000
            oi[i] = c
    k(); return L(oi)


def whiles():
    @ti.kernel
    def k(n: ti.i32) -> ti.i32:
        i = 0; r = 0
        while i < n:
            i += 1
            if i == 3: continue
            if i > 8: break
            r += i
        while True:
            r += 1
            if r > 50: break
        return r
    return k(20)


def revrange():
    @ti.kernel
    def k(n: ti.i32):
        for i in range(5, n): oi[i] = 1
        for i in range(-2, 3): oi[i+2] += 2
    k(3); return L(oi)


def floatrange():
    @ti.kernel
    def k(f: ti.f32):
        for i in range(f): oi[i] = 1
    k(3.7); return L(oi)


def localreduce():
    @ti.kernel
    def k() -> ti.i32:
        t = 0
        mx = -5
        for i in range(10):
            t += i
            ti.atomic_max(mx, i)
        return t * 100 + mx
    return k()


def static1():
    @ti.kernel
    def k(n: ti.template()):
        for i in ti.static(range(n)):
            oi[i] = i * i
        for i, x in ti.static(enumerate([3, 4, 5])): oi[i + 5] = x
        for a, b in ti.static(zip([1, 2], [5, 6])): oi[a + 8] = b
        for i, j in ti.static(ti.ndrange(2, 2)): m[i, j] = i + 10 * j
        for I in ti.static(ti.grouped(ti.ndrange((0, 2), (1, 3)))): m[I] += 1
        if ti.static(n > 2): oi[15] = 1
        else: oi[14] = 1
        for i in ti.static(range(10, 0, -3)): oi[11] += i
    k(4); return L(oi), L(m)


def staticbreak():
    @ti.kernel
    def k():
        for i in ti.static(range(5)):
            if ti.static(i == 3): break
            if ti.static(i == 1): continue
            oi[i] = 1
    k(); return L(oi)


def comp():
    @ti.kernel
    def k():
        a = [i * 2 for i in range(3)]
        b = [x + 1 for x in a if True]
        oi[0] = a[1]; oi[1] = b[2]
        for i in ti.static(range(3)): oi[2 + i] = b[i]
        d = {'p': 3, 'q': 4}
        oi[6] = d['q']
    k(); return L(oi)


def funcs():
    @ti.func
    def f(a, b=3):
        a += b
        return a
    @ti.func
    def g(a: ti.template(), b):
        a += b
    @ti.func
    def h(x):
        r = 0
        if x > 1: r = 2
        else: r = 3
        return r, x * 2
    @ti.func
    def rec(n: ti.template()):
        if ti.static(n <= 0): return 1
        else: return n * rec(n - 1)
    @ti.kernel
    def k():
        x = 1
        oi[0] = f(x); oi[1] = x; oi[2] = f(x, b=10)
        g(x, 7); oi[3] = x
        g(oi[4], 5)
        p, q = h(x); oi[5] = p; oi[6] = q
        oi[7] = rec(5)
        w = ti.Vector([1, 2])
        u = f(w)
        oi[8] = u[1]; oi[9] = w[1]
        g(w, 1); oi[10] = w[1]
        oi[11] = f(1.7)
    k(); return L(oi)


def matrices():
    @ti.kernel
    def k():
        A = ti.Matrix([[1.0, 2.0], [3.0, 4.0]]); B = ti.Matrix([[0.0, 1.0], [1.0, 0.5]])
        x = ti.Vector([1.0, -1.0])
        C = A @ B; y = A @ x; z = x @ A
        o[0] = C[0, 0]; o[1] = C[1, 1]; o[2] = y[0]; o[3] = y[1]; o[4] = A.determinant(); o[5] = A.trace()
        I = A.inverse(); o[6] = I[0, 0]; o[7] = I[1, 0]; o[8] = A.transpose()[0, 1]
        D = A * B + 2 - x.x; o[9] = D[1, 1]
        o[10] = z[1]; o[11] = A[:, 1][1]; o[12] = (A - B).norm(); o[13] = x.outer_product(x)[0, 1]
        o[14] = A.sum(); o[15] = A.max()
    k(); return L(o)


def swiz():
    @ti.kernel
    def k():
        a = ti.Vector([1.0, 2.0, 3.0, 4.0])
        a.xy = a.yx
        a.zw += 1.0
        a.r *= 3
        b = a.wzyx
        for i in ti.static(range(4)): o[i] = a[i]; o[i + 4] = b[i]
        v[1] = a.xyz; v[1].yz = ti.Vector([9.0, 8.0]); v[1].x += 2
        c = a[1:3]; o[8] = c[0]; o[9] = c.n
        t = v[1]
        t[0] = 100
        o[10] = v[1][0]; o[11] = t[0]
        a, b = b, a
        o[12] = a[0]; o[13] = b[0]
        p, q, r = v[1]
        o[14] = q
    k(); return L(o), L(v)


def dyn():
    @ti.kernel
    def k(n: ti.i32):
        a = ti.Vector([1, 2, 3])
        for i in range(3): oi[i] = 0
        t = 0
        ti.loop_config(serialize=True)
        for i in range(n):
            a[i] += i * 10
            t += a[i] * a[2 - i]
        oi[0] = t; oi[1] = a[1]
        A = ti.Matrix([[1, 2], [3, 4]])
        j = n - 2
        A[j, 0] = 50
        oi[2] = A[1, 0] + A[j, j]
        M[1][j, 0] = 7.0
        v[n][j] = 3.0
        oi[3] = ti.Vector([5, 6, 7])[j]
    k(3); return L(oi), L(M), L(v)


def globmat():
    G = ti.Vector([1.5, 2.5]); GM = ti.Matrix([[1, 2], [3, 4]]); N = 3; T = (1, 2); D={'a': 4}
    @ti.kernel
    def k():
        o[0] = G[0] + G.y; o[1] = GM[1, 0]; o[2] = (GM @ ti.Vector([1, 1]))[1]; o[3] = N / 2; o[4] = T[1]; o[5] = D['a']
        o[7] = G.norm(); o[8] = G.dot(G)
        for i in range(2): o[9 + i] = G[i]
    k(); return L(o)


def dataor():
    @ti.data_oriented
    class A:
        def __init__(self, n):
            self.n = n; self.x = ti.field(ti.f32, n); self.c = ti.Vector([1.0, 2.0])
        @ti.func
        def sq(self, a): return a * a + self.n
        @ti.kernel
        def fill(self, k: ti.f32):
            for i in self.x: self.x[i] = self.sq(i) * k + self.c.y
            for i in range(self.n): self.x[i] += self.n
    a = A(4); a.fill(2.0); b = A(2); b.fill(1.0)
    return L(a.x), L(b.x)


def arrays():
    @ti.kernel
    def k(a: ti.types.ndarray(), b: ti.types.ndarray(dtype=ti.f32, ndim=2), w: ti.types.ndarray(dtype=ti.types.vector(2, ti.f32), ndim=1)):
        for i in a: a[i] += i
        for i, j in b: b[i, j] = a[i] * 10 + j
        for I in ti.grouped(b): b[I] += 0.5
        for i in range(w.shape[0]):
            w[i] = ti.Vector([i, 2.0]); w[i][1] += b.shape[1]; w[i].x -= 1
    a = np.ones(3, np.float32); b = np.zeros((3, 2), np.float32); w = np.zeros((2, 2), np.float32)
    k(a, b, w); return a.tolist(), b.tolist(), w.tolist()


def atomics():
    @ti.kernel
    def k():
        for i in range(4):
            oi[5 + i] = ti.atomic_add(s[None], 1) * 0
            ti.atomic_max(oi[0], i); ti.atomic_min(oi[1], -i); ti.atomic_or(oi[2], 1 << i); ti.atomic_xor(oi[3], 5); ti.atomic_sub(oi[4], 2)
            v[0] += ti.Vector([1.0, 2.0, 3.0])
        a = 5
        b = ti.atomic_add(a, 3)
        oi[10] = a; oi[11] = b
    k(); return L(oi), s[None], L(v)


def rets():
    @ti.kernel
    def k() -> ti.types.vector(3, ti.f32): return ti.Vector([1, 2, 3])
    @ti.kernel
    def k2() -> ti.types.matrix(2, 2, ti.i32):
        return ti.Matrix([[1, 2], [3, 4]])
    @ti.kernel
    def k3(a: ti.i32) -> float:
        x = a / 2
        return x
    return k().to_numpy().tolist(), k2().to_numpy().tolist(), k3(3)


def margs():
    @ti.kernel
    def k(a: ti.types.vector(3, ti.f32), B: ti.types.matrix(2, 2, ti.i32), c: ti.math.vec2) -> ti.f32:
        t = 0.0
        for i in range(3): t += a[i]
        return t + B[1, 0] + (B @ ti.Vector([1, 1]))[0] + c.y
    return k(ti.Vector([1.0, 2.0, 3.0]), ti.Matrix([[1, 2], [3, 4]]), ti.math.vec2(1, 2))


def shapes():
    @ti.kernel
    def k():
        oi[0] = m.shape[0] * m.shape[1]; oi[1] = len(m.shape); oi[2] = v.n; oi[3] = M.m
        if ti.static(o.dtype == ti.f32): oi[4] = 1
        if ti.static(m.shape == (4, 5)): oi[5] = 1
        for i, j in ti.ndrange(*m.shape): oi[6] += 1
        for I in ti.grouped(ti.ndrange(*m.shape)): oi[7] += I.sum()
    k(); return L(oi)


def walrus():
    @ti.kernel
    def k():
        if (a := 5) > 3: oi[0] = a
        oi[1] = (b := 2) + b
    k(); return L(oi)


def chainassign():
    @ti.kernel
    def k():
        a = b = 3
        a += 1
        oi[0] = a; oi[1] = b
        oi[2] = oi[3] = 8
        c: ti.f32 = 3
        o[0] = c / 2
    k(); return L(oi), o[0]


def veccmp():
    @ti.kernel
    def k():
        a = ti.Vector([1, 5]); b = ti.Vector([2, 3])
        c = a < b
        oi[0] = c[0]; oi[1] = c[1]; oi[2] = (a == b).any(); oi[3] = (a != b).all(); oi[4] = ti.max(a, b)[1]; oi[5] = (a // b)[1]
        oi[6] = (a % b)[1]; oi[7] = (-a)[0]; oi[8] = (a ** 2)[1]; oi[9] = (2 ** a)[1]; oi[10] = (a & b)[0]; oi[11] = abs(-a)[1]
        o[0] = (a / b)[1]; o[1] = ti.sin(ti.Vector([0.5, 1.0]))[1]
        oi[12] = int(ti.Vector([1.7, 2.7]))[1]; oi[13] = ti.cast(ti.Vector([1.7, 2.7]), ti.i32)[0]
    k(); return L(oi), L(o)[:2]


def matassign():
    @ti.kernel
    def k():
        a = ti.Vector([1.0, 2.0])
        a = 5
        o[0] = a[1]
    k(); return L(o)


def matfieldfill():
    @ti.kernel
    def k():
        for i in v: v[i] = 2
        v[0].fill(7)
    k(); return L(v)


def shortcircuit():
    @ti.kernel
    def k():
        for i in range(4):
            if i > 0 and oi[i - 1] == 0: oi[i + 8] = 1
            t = oi[i] if i > 2 else 5
            oi[i + 4] = t
    k(); return L(oi)


def nonstaticif():
    N = 3
    @ti.kernel
    def k():
        if N > 2: oi[0] = 1
        else: oi[0] = 2
        a = 0
        if N: a = 3
        oi[1] = a
    k(); return L(oi)


def matctor():
    @ti.kernel
    def k():
        a = ti.Vector.zero(ti.f32, 3); b = ti.Matrix.identity(ti.f32, 2); c = ti.Vector([1, 2.5]); d = ti.Matrix.zero(ti.i32, 2, 2)
        o[0] = a[0]; o[1] = b[1, 1]; o[2] = c[0]; o[3] = d[0, 1]; e = ti.Vector.one(ti.f32, 2); o[4] = e[1]
        f = ti.Matrix.rows([c, c]); o[5] = f[1, 1]; g = ti.Matrix.cols([c, c * 2]); o[6] = g[0, 1]; h = ti.Vector([1, 2, 3], dt=ti.f32); o[7] = h[2] / 2
        x = ti.math.vec3(1.0, c); o[8] = x.z; y = ti.math.vec2(3); o[9] = y.y; z = ti.math.mat2([[1, 2], [3, 4]]); o[10] = z[1, 0]
        u = ti.Vector.unit(3, 1); o[11] = u[1]
        w = ti.Matrix([[1, 2]]); o[12] = w[0, 1]
        q = ti.math.ivec2(3.7, 2); o[13] = q.x
    k(); return L(o)


def assign_none():
    @ti.kernel
    def k():
        a = None
    k()


def printing():
    @ti.kernel
    def k():
        a = 1
        assert a == 2
        oi[0] = a
    k(); return oi[0]


def attrgrad():
    x = ti.field(ti.f32, 3, needs_grad=True)
    @ti.kernel
    def k():
        for i in x: x.grad[i] = i
    k(); return L(x.grad)


def offsets():
    x = ti.field(ti.f32, (3, 2), offset=(-1, 4))
    @ti.kernel
    def k():
        for i, j in x: x[i, j] = i * 10 + j
        x[-1, 5] += 0.5
        for I in ti.grouped(x): x[I] += 0.25
    k(); return L(x)


def reals():
    @ti.func
    def f(x: ti.i32): return x
    @ti.kernel
    def k():
        o[0] = f(2.7)
        a = ti.Vector([1.5, 2.5])
        b = a
        b[0] = 9
        o[1] = a[0]
    k(); return L(o)


def typedargs():
    @ti.kernel
    def k(a: ti.i8, b: ti.u8, c: ti.i64, d: ti.u32, e: ti.f64, f: bool) -> ti.f64:
        oi[0] = a; oi[1] = b; oi[2] = f
        return c + d + e
    return k(-3, 250, 5, 7, 0.5, True), L(oi)


def infunc_loop():
    @ti.func
    def f():
        for i in range(5): oi[i] += i
    @ti.kernel
    def k():
        f()
        if oi[0] == 0:
            f()
    k(); return L(oi)


def vecloop():
    @ti.kernel
    def k():
        a = ti.Vector([1.0, 2.0, 3.0])
        acc = ti.Vector([0.0, 0.0, 0.0])
        for i in range(4): acc += ti.Vector([i, 1.0, 2.0])
        o[1] = acc[0]; o[2] = acc[2]
    k(); return L(o)


def minmaxvec():
    @ti.kernel
    def k():
        a = ti.Vector([1.0, 5.0, 3.0])
        o[0] = a.max(); o[1] = a.min(); o[2] = max(a[0], a[1], 2.0); o[3] = a.norm_sqr(); n = a.normalized(); o[4] = n[1]; o[5] = a.norm(1e-3)
        c = a.cross(ti.Vector([0.0, 1.0, 0.0])); o[6] = c[2]
        w = a.cast(int); o[7] = w[1] // 2
    k(); return L(o)


for case in (ndr, ndr_assign, structfor, serial_break, nested_break, whiles, revrange, floatrange, localreduce, static1, staticbreak, comp, funcs, matrices, swiz, dyn, globmat, dataor, arrays, atomics, rets, margs, shapes, walrus, chainassign, veccmp, matassign, matfieldfill, shortcircuit, nonstaticif, matctor, assign_none, printing, attrgrad, offsets, reals, typedargs, infunc_loop, vecloop, minmaxvec):
    for f in (o, oi, m, s, v, M):
        f.fill(0)
    print(case.__name__, case())
