# SPDX-License-Identifier: Apache-2.0
# tolerance: 1e-6
"""Numeric rules: promotion, division, powers, shifts, casts, locals, stores: a line for each small kernel."""
import numpy as np
import taichi as ti

ti.init(arch=ti.cpu)

o = ti.field(ti.f32, 16)
oi = ti.field(ti.i32, 16)
ou = ti.field(ti.u32, 8)
o64 = ti.field(ti.f64, 8)
oi64 = ti.field(ti.i64, 8)
xi = ti.field(ti.i32, 4)
xf = ti.field(ti.f32, 4)
xu = ti.field(ti.u32, 4)
x8 = ti.field(ti.i8, 4)


def L(f):
    return f.to_numpy().tolist()


def literals():
    @ti.kernel
    def k(a: ti.i32, b: ti.i32):
        o[0] = 7 / 2; o[1] = -7 // 2; o[2] = -7 % 3; o[3] = 2 ** -1; o[4] = 2 ** 10; o[5] = 1 << 4
        o[6] = a / b; o[7] = -a // b; o[8] = -a % b; o[9] = a % -b; o[10] = a ** b; o[11] = a >> 1
        oi[0] = a / b; oi[1] = a * 1.5
        c = 1.5
        oi[2] = c + a
    k(7, 2); return o.to_numpy().tolist(), oi.to_numpy().tolist()


def u1():
    @ti.kernel
    def k(p: ti.i32):
        t = p > 0; f = p < 0
        oi[1] = t * 3; oi[2] = -ti.cast(t, ti.i32); oi[3] = not t; oi[4] = t and f; oi[5] = t or f
        oi[6] = t & f; oi[7] = t | f; oi[8] = t ^ f; oi[9] = ~f; o[0] = t / 2; oi[10] = True + True
        oi[11] = t == f; oi[12] = t > f; oi[13] = p and 4; oi[14] = not p
    k(3); return oi.to_numpy().tolist(), o[0]


def boolvar():
    @ti.kernel
    def k(p: ti.i32):
        t = p > 0
        t = 5
        oi[0] = t
        t += 2
        oi[1] = t
        b = True
        b = b and p
        oi[2] = b
    k(3); return oi.to_numpy().tolist()[:4]


def promo():
    @ti.kernel
    def k():
        a = ti.u32(3000000000); b = ti.cast(-5, ti.i32)
        ou[0] = a + b; o64[0] = a + b
        o64[1] = ti.cast(a, ti.i64) + b
        c = ti.cast(200, ti.u8); d = ti.cast(100, ti.u8)
        oi[0] = c + d; oi[1] = c + 100
        e = ti.cast(100, ti.i8)
        oi[2] = e + e; oi[3] = e + c; oi[4] = c
        f = ti.cast(1, ti.i64) << 40
        o64[2] = f; oi[5] = f >> 38
        o64[3] = f + 0.5
        o64[4] = 0.1; o64[5] = ti.f64(0.1); o64[6] = ti.cast(0.1, ti.f64); 
    k(); return ou[0], o64.to_numpy().tolist(), oi.to_numpy().tolist()[:6]


def floordivs():
    @ti.kernel
    def k():
        for i in range(4):
            a = i * 3 - 5
            b = 2 - i if i != 2 else 3
            oi[i] = a // b; oi[4+i] = a % b; o[i] = ti.cast(a, ti.f32) // b; o[i+4] = a * 1.25 % b
            oi[8+i] = ti.raw_div(a, b); oi[12+i] = ti.raw_mod(a, b)
    k(); return oi.to_numpy().tolist(), o.to_numpy().tolist()


def fmods():
    @ti.kernel
    def k():
        a = 5.5; b = -2.0
        o[0] = a % b; o[2] = ti.raw_div(a, b); o[3] = a // b; o[4] = -a % 2; o[5] = a ** b
        o[6] = a ** 0.5; o[7] = a ** 0; o[8] = a ** 3; o[9] = a ** -2; o[10] = (-a) ** 2; o[11] = 2 ** a
    k(); return o.to_numpy().tolist()[:12]


def ipows():
    @ti.kernel
    def k(e: ti.i32):
        a = 3; f = 1.5
        oi[0] = a ** e; o[0] = f ** e; o[1] = f ** -e; oi[1] = ti.pow(a, 5); o[2] = ti.pow(f, 2.5)
        o[3] = a ** 2.0; o[4] = a ** 0.5; oi[3] = (-a) ** e
    k(5); return oi.to_numpy().tolist()[:4], o.to_numpy().tolist()[:5]


def shifts():
    @ti.kernel
    def k():
        a = -17
        oi[0] = a >> 2; oi[1] = ti.bit_shr(a, 2); oi[2] = a << 3
        u = ti.cast(a, ti.u32)
        ou[0] = u >> 2; oi[3] = ~a; oi[4] = a & 255; oi[5] = a | 1; oi[6] = a ^ 5
    k(); return oi.to_numpy().tolist()[:7], ou[0]


def casts():
    @ti.kernel
    def k():
        a = -3.7
        oi[0] = int(a); oi[1] = ti.cast(a, ti.i32); o[0] = float(7);
        oi[3] = bool(5); oi[4] = ti.cast(300, ti.u8); oi[5] = ti.cast(200, ti.i8); o[1] = ti.bit_cast(1065353216, ti.f32)
        oi[6] = ti.bit_cast(1.0, ti.i32); oi[7] = ti.cast(3, ti.u1); oi[9] = ti.floor(a); o[2] = ti.ceil(a)
        oi[10] = ti.floor(a, ti.i32); o[3] = ti.round(2.5); o[4] = ti.round(a)
    k(); return oi.to_numpy().tolist()[:11], o.to_numpy().tolist()[:5]


def minmax():
    @ti.kernel
    def k():
        a = 3; b = -2.5
        o[0] = ti.max(a, b, 7); o[1] = min(a, b); oi[0] = max(a, 9, 2); o[2] = abs(b); oi[1] = abs(-a); oi[2] = ti.max(1, 2)
        ou[0] = ti.max(ti.cast(-1, ti.u32), 5)
    k(); return o.to_numpy().tolist()[:3], oi.to_numpy().tolist()[:3], ou[0]


def maths_int():
    @ti.kernel
    def k():
        a = 4
        o[0] = ti.sqrt(a); o[1] = ti.exp(a); o[2] = ti.log(a)
    k(); return o.to_numpy().tolist()[:4]


def maths_const():
    @ti.kernel
    def k():
        o[0] = ti.sqrt(4); o[1] = ti.sin(1); o[2] = ti.floor(1.7) / 2; o[3]=ti.math.pi; o[4]=ti.tanh(0.5); o[5]=ti.atan2(1.0, 2.0)
        o[6] = ti.atan2(1, 2); o[7] = ti.exp(1)
    k(); return o.to_numpy().tolist()[:8]


def andor():
    @ti.kernel
    def k(p: ti.i32, q: ti.i32):
        oi[0] = p and q; oi[1] = p or q; oi[2] = p > 1 and q > 100; oi[3] = p > 1 and q < 100 and p < q
        oi[4] = 1 if p and q else 0; oi[5] = not (p and q); oi[6] = 1 < p < q; oi[7] = p < q > 3
        oi[8] = q == 4 or p / 0 > 1
    k(2, 4); return oi.to_numpy().tolist()[:9]


def ternary():
    @ti.kernel
    def k(p: ti.i32):
        o[0] = 1 if p else 2.5; o[1] = p if p > 100 else 1.5; oi[0] = 3 if p > 1 else 2
        v = ti.Vector([1, 2]) if p > 1 else ti.Vector([3, 4])
        oi[1] = v[0]; oi[2] = v[1]
        o[2] = ti.select(p > 1, 1, 2.5)
        w = ti.select(ti.Vector([1, 0]), ti.Vector([1.0, 2.0]), 7)
        o[3] = w[0]; o[4] = w[1]
    k(2); return o.to_numpy().tolist()[:5], oi.to_numpy().tolist()[:3]


def localtypes():
    @ti.kernel
    def k():
        a = 1
        a = 2.7
        oi[0] = a
        b = 1.0
        b = 7
        o[0] = b / 2
        a += 1.9
        oi[1] = a
        a *= 1.5
        oi[2] = a
        a /= 2
        oi[3] = a
        a //= 2; oi[4] = a
        a -= 5.5; oi[5] = a
        a <<= 3; oi[6] = a
        a **= 2; oi[7] = a
        a %= 7; oi[8] = a
        c = 5; c ^= 3; oi[9] = c
        c |= 8; oi[10] = c
        c &= 12; oi[11] = c
    k(); return oi.to_numpy().tolist()[:12], o[0]


def fieldaug():
    @ti.kernel
    def k():
        xi[0] = 5
        xi[0] += 1.9; oi[0] = xi[0]
        xi[0] -= 2.9; oi[1] = xi[0]
        xi[0] *= 1.5; oi[2] = xi[0]
        xi[0] /= 4; oi[3] = xi[0]
        xu[0] = 5
        xu[0] -= 3; oi[4] = xu[0]
        xf[0] = 3
        xf[0] += 1; o[0] = xf[0]
        x8[0] = 100; x8[0] += 100; oi[5] = x8[0]
    k(); return oi.to_numpy().tolist()[:6], o[0]


def bigliteral():
    @ti.kernel
    def k():
        ou[0] = ti.u32(0xFFFFFFFF)
        oi64[0] = ti.i64(1099511627776)
        oi64[1] = ti.i64(0x7FFFFFFFFFFFFFFF)
    k(); return oi[0], ou[0], oi64[0], oi64[1]


def frexps():
    @ti.kernel
    def k():
        a = 10.5
        oi[1] = ti.math.popcnt(255)
    k(); return o[0], oi.to_numpy().tolist()[:3]


def zeros():
    @ti.kernel
    def k():
        a = 3.5
        o[0] = ti.zero(a); o[1] = ti.one(a)
        v = ti.Vector([1, 2])
        oi[0] = ti.one(v)[1]
    k(); return o[0], o[1], oi[0]


def overflow():
    @ti.kernel
    def k():
        a = 2147483647
        oi[0] = a + 1
        b = 65536
        oi[1] = b * b
    k(); return oi.to_numpy().tolist()[:3]


def mathmod():
    @ti.kernel
    def k():
        a = 0.3
        o[0] = ti.math.mix(1.0, 3.0, a); o[1] = ti.math.clamp(a, 0.5, 1.0); o[2] = ti.math.step(0.2, a); o[3] = ti.math.fract(2.75 + a)
        o[4] = ti.math.smoothstep(0.0, 1.0, a); o[5] = ti.math.sign(-a); o[6] = ti.math.mod(-a, 2.0); o[7] = ti.math.log2(8.0 + a)
        v = ti.math.vec3(1, 2, 3)
        o[8] = ti.math.length(v); o[9] = ti.math.dot(v, v); c = ti.math.cross(v, ti.math.vec3(0, 1, 0)); o[10] = c.x; o[11] = c.z
        r = ti.math.reflect(v, ti.math.vec3(0, 1, 0)); o[12] = r.y; o[13] = ti.math.degrees(a); o[14] = ti.math.distance(v, c)
        o[15] = ti.math.isnan(a)
    k(); return o.to_numpy().tolist()


for case in (literals, u1, boolvar, promo, floordivs, fmods, ipows, shifts, casts, minmax, maths_int, maths_const, andor, ternary, localtypes, fieldaug, bigliteral, frexps, zeros, overflow, mathmod):
    for f in (o, oi, ou, o64, oi64, xi, xf, xu, x8):
        f.fill(0)
    print(case.__name__, case())
